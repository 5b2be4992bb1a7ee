// SPDX-License-Identifier: Apache-2.0
#include "service/stored_items.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/status_macros.h"
#include "batch/kinds.h"
#include "batch/stored_request.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "model/identity.h"
#include "store/store.h"

namespace zerotouch::service {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

namespace {

constexpr size_t kMostVarintBytes = 10;

// Items that are read, and held, at a time: about 20 KB of JSON without white space. Large items
// are fewer.
constexpr int kSliceItems = 100;
constexpr size_t kSliceBytes = size_t{12} << 10;  // and one item

// Returns true if the items are more than one slice.
bool HasManyItems(const store::OperationHead& head) { return head.items > kSliceItems; }

// Returns what DescribeInvisible says about an item, serialized, that failed.
template <class Item>
absl::StatusOr<std::string> DetailOf(std::string_view item, OperationId id, Outcome outcome) {
  Item parsed;
  ZT_RETURN_IF_ERROR(batch::ParseItem(item, id, parsed));
  return DescribeInvisible(parsed.device_identifier(), outcome);
}

// The field of an OperationPerDevice that has the items of a kind of batch.
struct ItemField {
  int number;
  absl::StatusOr<std::string> (*detail_of)(std::string_view item, OperationId id, Outcome outcome);
};

ItemField FieldOf(batch::ItemType type) {
  switch (type) {
    case batch::ItemType::kClaims:
      return {api::OperationPerDevice::kClaimFieldNumber, &DetailOf<api::PartnerClaim>};
    case batch::ItemType::kUnclaims:
      return {api::OperationPerDevice::kUnclaimFieldNumber, &DetailOf<api::PartnerUnclaim>};
    case batch::ItemType::kUpdates:
      break;
  }
  return {api::OperationPerDevice::kUpdateMetadataFieldNumber,
          &DetailOf<api::UpdateMetadataArguments>};
}

// Appends the head of a field of `size` bytes, which follow.
void AppendFieldHead(int field, size_t size, std::string& out) {
  uint8_t head[2 * kMostVarintBytes];
  uint8_t* end = CodedOutputStream::WriteTagToArray(
      WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED), head);
  end = CodedOutputStream::WriteVarint64ToArray(size, end);
  out.append(reinterpret_cast<const char*>(head), static_cast<size_t>(end - head));
}

// Joins the stored request with the results, slice by slice. Holds neither between them.
class StoredItems final : public OperationItems {
 public:
  // `results` is null if they are read for each slice.
  StoredItems(StoredOperations& operations, const store::OperationHead& head, Results results)
      : operations_(operations), head_(head), results_(std::move(results)) {}

  bool IsReady() override {
    held_chunk_ = IsAtChunk() ? nullptr : chunk_.lock();
    held_results_ = results_ != nullptr ? results_ : last_results_.lock();
    if (held_chunk_ != nullptr && held_results_ != nullptr) return true;
    Release();
    return IsAtEnd();
  }

  absl::StatusOr<bool> Next(std::string& items) override {
    items.clear();
    if (IsAtEnd()) return false;
    const batch::KindTraits* const kind = batch::TraitsOf(head_.kind);
    if (kind == nullptr) return absl::DataLossError("the operation has an unknown kind");
    if (held_chunk_ == nullptr) ZT_RETURN_IF_ERROR(Hold());
    const absl::Status status = Join(FieldOf(kind->items), items);
    Release();
    ZT_RETURN_IF_ERROR(status);
    return true;
  }

  void Restart() override { index_ = 0; }

 private:
  bool IsAtEnd() const { return index_ >= static_cast<size_t>(head_.items); }
  bool IsAtChunk() const { return index_ % limits::kStoredChunkItems == 0; }

  // Hold what the next slice is made of, and release it.
  absl::Status Hold() {
    ZT_ASSIGN_OR_RETURN(
        held_chunk_,
        operations_.ChunkOf(head_.id, static_cast<int32_t>(index_ / limits::kStoredChunkItems)));
    chunk_ = held_chunk_;
    held_results_ = results_;
    if (held_results_ != nullptr) return absl::OkStatus();
    ZT_ASSIGN_OR_RETURN(held_results_, operations_.ResultsOf(head_));
    last_results_ = held_results_;
    return absl::OkStatus();
  }
  void Release() {
    held_chunk_ = nullptr;
    held_results_ = nullptr;
  }

  absl::Status Join(const ItemField& field, std::string& items) {
    if (IsAtChunk()) offset_ = 0;
    if (offset_ >= held_chunk_->size()) {
      return absl::DataLossError("the operation has too few items");
    }
    std::string_view rest = std::string_view(*held_chunk_).substr(offset_);
    std::string result;
    for (int i = 0; i < kSliceItems && items.size() < kSliceBytes && !rest.empty(); ++i) {
      if (index_ >= held_results_->size()) {
        return absl::DataLossError("the operation has too many items");
      }
      ZT_ASSIGN_OR_RETURN(const std::string_view item, batch::TakeItem(rest, head_.id));
      ZT_RETURN_IF_ERROR(MakeResult((*held_results_)[index_++], field, item, result));
      AppendItem(field.number, item, result, items);
    }
    offset_ = held_chunk_->size() - rest.size();
    return absl::OkStatus();
  }

  // Sets `out` to the serialized result of `item`.
  absl::Status MakeResult(const ItemResult& result, const ItemField& field, std::string_view item,
                          std::string& out) const {
    std::string detail;
    if (result.outcome != Outcome::kSuccess) {
      ZT_ASSIGN_OR_RETURN(detail, field.detail_of(item, head_.id, result.outcome));
    }
    api::PerDeviceStatusInBatch message;
    FillResult(result, &message, detail);
    message.SerializeToString(&out);
    return absl::OkStatus();
  }

  static void AppendItem(int field, std::string_view item, std::string_view result,
                         std::string& out) {
    using api::OperationPerDevice;
    AppendFieldHead(api::DevicesLongRunningOperationResponse::kPerDeviceStatusFieldNumber,
                    WireFormatLite::TagSize(field, WireFormatLite::TYPE_MESSAGE) +
                        WireFormatLite::LengthDelimitedSize(item.size()) +
                        WireFormatLite::TagSize(OperationPerDevice::kResultFieldNumber,
                                                WireFormatLite::TYPE_MESSAGE) +
                        WireFormatLite::LengthDelimitedSize(result.size()),
                    out);
    AppendFieldHead(field, item.size(), out);
    out += item;
    AppendFieldHead(OperationPerDevice::kResultFieldNumber, result.size(), out);
    out += result;
  }

  StoredOperations& operations_;
  const store::OperationHead head_;
  const Results results_;
  // The last ones that were read, which may be kept.
  std::weak_ptr<Chunk::element_type> chunk_;
  std::weak_ptr<Results::element_type> last_results_;
  // From IsReady, or for the time of Next.
  Chunk held_chunk_;
  Results held_results_;
  size_t index_ = 0;   // of the next item
  size_t offset_ = 0;  // of the next item in its chunk, in bytes
};

// Returns the results in the order of the request. Items of a cancelled operation
// may lack a result; otherwise a missing result is DATA_LOSS.
absl::StatusOr<std::vector<ItemResult>> InRequestOrder(
    const store::OperationHead& head, const std::vector<store::IndexedResult>& results) {
  std::vector<ItemResult> ordered(static_cast<size_t>(head.items),
                                  {.outcome = Outcome::kCancelled, .device = {}});
  std::vector<bool> seen(ordered.size());
  for (const store::IndexedResult& result : results) {
    if (result.index >= ordered.size() || seen[result.index]) {
      return absl::DataLossError("the results of the operation do not match its items");
    }
    seen[result.index] = true;
    ordered[result.index] = result.result;
  }
  if (head.cancelled || results.size() == ordered.size()) return ordered;
  return absl::DataLossError("results of the finished operation are missing");
}

}  // namespace

absl::StatusOr<std::unique_ptr<OperationItems>> StoredOperations::ItemsOf(
    store::OperationReads& reads, const store::OperationHead& head) {
  ZT_ASSIGN_OR_RETURN(Results results, ResultsOf(reads, head));
  if (!HasManyItems(head)) return std::make_unique<StoredItems>(*this, head, results);
  return std::make_unique<StoredItems>(*this, head, nullptr);
}

absl::StatusOr<Results> StoredOperations::ResultsOf(store::OperationReads& reads,
                                                    const store::OperationHead& head) {
  {
    const MutexLock lock(mutex_);
    if (Results kept = FindKept(head.id)) return kept;
  }
  ZT_ASSIGN_OR_RETURN(const std::vector<store::IndexedResult> results, reads.ReadResults(head.id));
  ZT_ASSIGN_OR_RETURN(std::vector<ItemResult> ordered, InRequestOrder(head, results));
  auto made = std::make_shared<const std::vector<ItemResult>>(std::move(ordered));
  if (!HasManyItems(head)) return made;
  const MutexLock lock(mutex_);
  if (Results kept = FindKept(head.id)) return kept;
  kept_.emplace_front(head.id, made);
  if (kept_.size() > limits::kKeptResults) kept_.pop_back();
  return made;
}

absl::StatusOr<Results> StoredOperations::ResultsOf(const store::OperationHead& head) {
  {
    const MutexLock lock(mutex_);
    if (Results kept = FindKept(head.id)) return kept;
  }
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  return ResultsOf(*snapshot, head);
}

absl::StatusOr<Chunk> StoredOperations::ChunkOf(OperationId id, int32_t number) {
  {
    const MutexLock lock(mutex_);
    const auto found =
        std::find_if(kept_chunks_.begin(), kept_chunks_.end(),
                     [&](const KeptChunk& each) { return each.id == id && each.number == number; });
    if (found != kept_chunks_.end()) {
      std::rotate(kept_chunks_.begin(), found, found + 1);
      return kept_chunks_.front().chunk;
    }
  }
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(std::vector<std::string> read, snapshot->ReadRequestChunks(id, number, 1));
  auto chunk = std::make_shared<const std::string>(std::move(read[0]));
  if (chunk->size() > limits::kKeptChunkBytes) return chunk;
  const MutexLock lock(mutex_);
  kept_chunks_.push_front({id, number, chunk});
  if (kept_chunks_.size() > limits::kKeptChunks) kept_chunks_.pop_back();
  return chunk;
}

Results StoredOperations::FindKept(OperationId id) {
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const auto& each) { return each.first == id; });
  if (found == kept_.end()) return nullptr;
  std::rotate(kept_.begin(), found, found + 1);
  return kept_.front().second;
}

}  // namespace zerotouch::service
