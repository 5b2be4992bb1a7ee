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

// Serializes items [begin, end) as the repeated field `number` of a message, without
// copying them first.
template <class Item>
std::string SerializeItems(const RepeatedPtrField<Item>& items, int begin, int end, int number) {
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
    out.WriteTag(WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
    out.WriteVarint32(static_cast<uint32_t>(item->ByteSizeLong()));
    item->SerializeWithCachedSizes(&out);
    yielder.AfterItem();
  }
  out.Trim();
  return bytes;
}

template <class Item>
std::vector<std::string> Split(const RepeatedPtrField<Item>& items, int number) {
  std::vector<std::string> chunks;
  for (int begin = 0; begin < items.size(); begin += limits::kStoredChunkItems) {
    const int end = std::min(begin + limits::kStoredChunkItems, items.size());
    chunks.push_back(SerializeItems(items, begin, end, number));
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
  return Split(request.updates(), api::UpdateDeviceMetadataInBatchRequest::kUpdatesFieldNumber);
}

std::vector<std::string> SplitItems(const RepeatedPtrField<api::PartnerClaim>& claims) {
  return Split(claims, api::ClaimDevicesRequest::kClaimsFieldNumber);
}

std::vector<std::string> SplitItems(const RepeatedPtrField<api::PartnerUnclaim>& unclaims) {
  return Split(unclaims, api::UnclaimDevicesRequest::kUnclaimsFieldNumber);
}

int32_t ChunksOf(int32_t items) {
  return (items + limits::kStoredChunkItems - 1) / limits::kStoredChunkItems;
}

absl::Status ParseChunk(std::string_view chunk, OperationId id,
                        google::protobuf::Message& request) {
  if (request.ParseFromArray(chunk.data(), static_cast<int>(chunk.size()))) return absl::OkStatus();
  return absl::DataLossError(fmt::format("the request of operation {} is damaged", id.value()));
}

}  // namespace zerotouch::batch
