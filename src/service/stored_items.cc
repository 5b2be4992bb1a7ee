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
namespace {

// Items that are read, and held, at a time: about 20 KB of JSON.
constexpr int kSliceItems = 60;

// Returns true if the items are more than one slice.
bool HasManyItems(const store::OperationHead& head) { return head.items > kSliceItems; }

void SetItem(api::PartnerClaim&& item, api::OperationPerDevice& out) {
  *out.mutable_claim() = std::move(item);
}
void SetItem(api::PartnerUnclaim&& item, api::OperationPerDevice& out) {
  *out.mutable_unclaim() = std::move(item);
}
void SetItem(api::UpdateMetadataArguments&& item, api::OperationPerDevice& out) {
  *out.mutable_update_metadata() = std::move(item);
}
// Fills in the result of `item`.
template <class Item>
void SetResult(const ItemResult& result, const Item& item, api::PerDeviceStatusInBatch* out) {
  FillResult(result, out, DescribeInvisible(item.device_identifier(), result.outcome));
}
auto& ItemsOf(api::ClaimDevicesRequest& request) { return *request.mutable_claims(); }
auto& ItemsOf(api::UnclaimDevicesRequest& request) { return *request.mutable_unclaims(); }

auto& ItemsOf(api::UpdateDeviceMetadataInBatchRequest& request) {
  return *request.mutable_updates();
}

// Joins the stored request with the results, slice by slice. Holds neither between them.
class StoredItems final : public OperationItems {
 public:
  // `results` is null if they are read for each slice.
  StoredItems(StoredOperations& operations, const store::OperationHead& head, Results results)
      : operations_(operations), head_(head), results_(std::move(results)) {}

  absl::StatusOr<bool> Next(
      google::protobuf::RepeatedPtrField<api::OperationPerDevice>* items) override {
    items->Clear();
    if (index_ >= static_cast<size_t>(head_.items)) return false;
    const batch::KindTraits* const kind = batch::TraitsOf(head_.kind);
    if (kind == nullptr) return absl::DataLossError("the operation has an unknown kind");
    switch (kind->items) {
      case batch::ItemType::kClaims:
        ZT_RETURN_IF_ERROR(Join<api::ClaimDevicesRequest>(items));
        break;
      case batch::ItemType::kUnclaims:
        ZT_RETURN_IF_ERROR(Join<api::UnclaimDevicesRequest>(items));
        break;
      case batch::ItemType::kUpdates:
        ZT_RETURN_IF_ERROR(Join<api::UpdateDeviceMetadataInBatchRequest>(items));
        break;
    }
    return true;
  }

  void Restart() override {
    index_ = 0;
    offset_ = 0;
  }

 private:
  template <class Request>
  absl::Status Join(google::protobuf::RepeatedPtrField<api::OperationPerDevice>* items) {
    constexpr int kItems = limits::kStoredChunkItems;
    const auto at = static_cast<int>(index_);
    if (at % kItems == 0) offset_ = 0;
    ZT_ASSIGN_OR_RETURN(const Chunk chunk, operations_.ChunkOf(head_.id, at / kItems));
    Results results = results_;
    if (results == nullptr) {
      ZT_ASSIGN_OR_RETURN(results, operations_.ResultsOf(head_));
    }
    if (offset_ > chunk->size()) return absl::DataLossError("the operation has changed");
    const int count = std::min(kSliceItems, kItems - at % kItems);
    const std::string_view slice = SliceOf(std::string_view(*chunk).substr(offset_), 0, count);
    offset_ += slice.size();
    Request request;
    ZT_RETURN_IF_ERROR(batch::ParseChunk(slice, head_.id, request));
    if (ItemsOf(request).empty()) return absl::DataLossError("the operation has too few items");
    for (auto& item : ItemsOf(request)) {
      if (index_ >= results->size()) {
        return absl::DataLossError("the operation has too many items");
      }
      api::OperationPerDevice* out = items->Add();
      SetResult((*results)[index_++], item, out->mutable_result());
      SetItem(std::move(item), *out);
    }
    return absl::OkStatus();
  }

  StoredOperations& operations_;
  const store::OperationHead head_;
  const Results results_;
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

std::string_view SliceOf(std::string_view chunk, int first, int count) {
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(chunk.data()),
                                            static_cast<int>(chunk.size()));
  int items = 0;
  int begin = 0;
  while (items < first + count) {
    const int at = in.CurrentPosition();
    const uint32_t tag = in.ReadTag();
    if (tag == 0) break;
    // The list is the only field of a batch that is not a number.
    const bool is_item =
        WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    if (is_item && items++ == first) begin = at;
    if (!WireFormatLite::SkipField(&in, tag)) break;
  }
  if (items <= first) return {};
  return chunk.substr(static_cast<size_t>(begin),
                      static_cast<size_t>(in.CurrentPosition() - begin));
}

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
