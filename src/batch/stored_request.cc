// SPDX-License-Identifier: Apache-2.0
#include "batch/stored_request.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <memory>

#include "base/limits.h"
#include "base/status_macros.h"
#include "model/unknown_fields.h"
#include "openzerotouch/v1/batches.pb.h"

namespace zerotouch::batch {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

// The field of the items, the same in all requests.
constexpr int kItemsField = api::UnclaimDevicesRequest::kUnclaimsFieldNumber;
static_assert(kItemsField == api::ClaimDevicesRequest::kClaimsFieldNumber &&
              kItemsField == api::UpdateDeviceMetadataInBatchRequest::kUpdatesFieldNumber &&
              kItemsField == openzerotouch::v1::PreviewClaimRequest::kClaimsFieldNumber &&
              kItemsField == openzerotouch::v1::PreviewUnclaimRequest::kUnclaimsFieldNumber);
constexpr uint32_t kItemTag =
    WireFormatLite::MakeTag(kItemsField, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);

absl::Status Damaged(OperationId id) {
  return absl::DataLossError(fmt::format("the request of operation {} is damaged", id.value()));
}

}  // namespace

void PackedItems::Add(const google::protobuf::Message& item) {
  if (!HasUnknownFields(item)) return AddSerialized(item.SerializeAsString());
  const std::unique_ptr<google::protobuf::Message> known(item.New());
  known->CopyFrom(item);
  known->DiscardUnknownFields();
  AddSerialized(known->SerializeAsString());
}

void PackedItems::AddSerialized(std::string_view item) {
  if (size_++ % limits::kStoredChunkItems == 0) {
    // The items of a request are much alike.
    const size_t last = chunks_.empty() ? 0 : chunks_.back().size();
    if (!chunks_.empty()) chunks_.back().shrink_to_fit();
    chunks_.emplace_back().reserve(last + last / 8);
  }
  std::string& chunk = chunks_.back();
  const size_t before = chunk.size();
  constexpr size_t kMostVarintBytes = 5;
  uint8_t head[2 * kMostVarintBytes];
  uint8_t* end = CodedOutputStream::WriteTagToArray(kItemTag, head);
  end = CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(item.size()), end);
  chunk.append(reinterpret_cast<const char*>(head), static_cast<size_t>(end - head)).append(item);
  bytes_ += chunk.size() - before;
}

int32_t ChunksOf(int32_t items) {
  return (items + limits::kStoredChunkItems - 1) / limits::kStoredChunkItems;
}

absl::Status ParseChunk(std::string_view chunk, OperationId id,
                        google::protobuf::Message& request) {
  return ParseItem(chunk, id, request);
}

absl::StatusOr<std::string_view> TakeItem(std::string_view& chunk, OperationId id) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(chunk.data()),
                                            static_cast<int>(chunk.size()));
  uint32_t length = 0;
  if (in.ReadTag() != kItemTag || !in.ReadVarint32(&length)) return Damaged(id);
  const auto begin = static_cast<size_t>(in.CurrentPosition());
  if (length > chunk.size() - begin) return Damaged(id);
  const std::string_view item = chunk.substr(begin, length);
  chunk.remove_prefix(begin + length);
  return item;
}

absl::Status SplitChunk(std::string_view chunk, OperationId id,
                        std::vector<std::string_view>& items) {
  while (!chunk.empty()) {
    ZT_ASSIGN_OR_RETURN(const std::string_view item, TakeItem(chunk, id));
    items.push_back(item);
  }
  return absl::OkStatus();
}

std::string_view MessageIn(std::string_view item, int number) {
  const uint32_t sought =
      WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  // The fields before it are numbers or short.
  while (item.size() >= 2) {
    const auto tag = static_cast<uint8_t>(item[0]);
    const auto next = static_cast<uint8_t>(item[1]);
    const bool has_length =
        WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    const size_t size = size_t{2} + (has_length ? next : 0);
    if (tag >= 0x80 || next >= 0x80 || size > item.size()) return {};
    if (tag == sought) return item.substr(2, next);
    if (!has_length && WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_VARINT) {
      return {};
    }
    item.remove_prefix(size);
  }
  return {};
}

absl::Status ParseItem(std::string_view bytes, OperationId id, google::protobuf::Message& item) {
  if (item.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return absl::OkStatus();
  return Damaged(id);
}

}  // namespace zerotouch::batch
