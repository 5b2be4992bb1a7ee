// SPDX-License-Identifier: Apache-2.0
#include "batch/stored_request.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>
#include <optional>

#include "base/limits.h"
#include "base/yield.h"
#include "model/unknown_fields.h"

namespace zerotouch::batch {
namespace {

using google::protobuf::RepeatedPtrField;
using google::protobuf::internal::WireFormatLite;

// The field of the items, the same in all requests.
constexpr int kItemsField = api::UnclaimDevicesRequest::kUnclaimsFieldNumber;
static_assert(kItemsField == api::ClaimDevicesRequest::kClaimsFieldNumber &&
              kItemsField == api::UpdateDeviceMetadataInBatchRequest::kUpdatesFieldNumber);
constexpr uint32_t kItemTag =
    WireFormatLite::MakeTag(kItemsField, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);

absl::Status Damaged(OperationId id) {
  return absl::DataLossError(fmt::format("the request of operation {} is damaged", id.value()));
}

// Serializes items [begin, end) as the repeated field of a message, without copying them
// first.
template <class Item>
std::string SerializeItems(const RepeatedPtrField<Item>& items, int begin, int end) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  ItemYielder yielder;
  for (int i = begin; i < end; ++i) {
    const Item* item = &items[i];
    std::optional<Item> known;
    if (HasUnknownFields(*item)) {
      known.emplace(*item).DiscardUnknownFields();
      item = &*known;
    }
    out.WriteTag(kItemTag);
    out.WriteVarint32(static_cast<uint32_t>(item->ByteSizeLong()));
    item->SerializeWithCachedSizes(&out);
    yielder.AfterItem();
  }
  out.Trim();
  return bytes;
}

template <class Item>
std::vector<std::string> Split(const RepeatedPtrField<Item>& items) {
  std::vector<std::string> chunks;
  for (int begin = 0; begin < items.size(); begin += limits::kStoredChunkItems) {
    const int end = std::min(begin + limits::kStoredChunkItems, items.size());
    chunks.push_back(SerializeItems(items, begin, end));
  }
  return chunks;
}

}  // namespace

std::vector<std::string> SplitRequest(const api::ClaimDevicesRequest& request) {
  return SplitItems(request.claims());
}

std::vector<std::string> SplitRequest(const api::UnclaimDevicesRequest& request) {
  return SplitItems(request.unclaims());
}

std::vector<std::string> SplitRequest(const api::UpdateDeviceMetadataInBatchRequest& request) {
  return Split(request.updates());
}

std::vector<std::string> SplitItems(const RepeatedPtrField<api::PartnerClaim>& claims) {
  return Split(claims);
}

std::vector<std::string> SplitItems(const RepeatedPtrField<api::PartnerUnclaim>& unclaims) {
  return Split(unclaims);
}

int32_t ChunksOf(int32_t items) {
  return (items + limits::kStoredChunkItems - 1) / limits::kStoredChunkItems;
}

absl::Status ParseChunk(std::string_view chunk, OperationId id,
                        google::protobuf::Message& request) {
  return ParseItem(chunk, id, request);
}

absl::Status SplitChunk(std::string_view chunk, OperationId id,
                        std::vector<std::string_view>& items) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(chunk.data()),
                                            static_cast<int>(chunk.size()));
  while (const uint32_t tag = in.ReadTag()) {
    uint32_t length = 0;
    if (tag != kItemTag || !in.ReadVarint32(&length)) return Damaged(id);
    const auto begin = static_cast<size_t>(in.CurrentPosition());
    if (length > chunk.size() - begin || !in.Skip(static_cast<int>(length))) return Damaged(id);
    items.push_back(chunk.substr(begin, length));
  }
  return in.ConsumedEntireMessage() ? absl::OkStatus() : Damaged(id);
}

absl::Status ParseItem(std::string_view bytes, OperationId id, google::protobuf::Message& item) {
  if (item.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return absl::OkStatus();
  return Damaged(id);
}

}  // namespace zerotouch::batch
