// SPDX-License-Identifier: Apache-2.0
#include "batch/pending_items.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "batch/stored_request.h"

namespace zerotouch::batch {
namespace {

// Chunks of the stored request that are read in one query, to limit the number of
// round trips. A chunk usually has about 25 KiB.
constexpr int32_t kChunksAtOnce = 20;

// Bytes of an item besides its stored form: where that is, its index, its target, what is
// found by it, and its place in the order.
constexpr size_t kItemBytes = 300;

}  // namespace

absl::Status NoBatchMemory() { return absl::AbortedError("there is no memory for another batch"); }

absl::Status PendingItems::Load(store::Snapshot& snapshot, const store::OperationHead& head,
                                const std::vector<bool>& skipped,
                                const std::function<bool(uint64_t)>& hold) {
  operation_ = head.id;
  uint32_t index = 0;
  std::vector<std::string_view> items;
  const int32_t chunks = ChunksOf(head.items);
  for (int32_t first = 0; first < chunks; first += kChunksAtOnce) {
    ZT_ASSIGN_OR_RETURN(
        std::vector<std::string> read,
        snapshot.ReadRequestChunks(head.id, first, std::min(kChunksAtOnce, chunks - first)),
        "reading the request");
    for (std::string& chunk : read) {
      chunks_.push_back(std::move(chunk));
      chunk_bytes_ += chunks_.back().capacity();
      items.clear();
      ZT_RETURN_IF_ERROR(SplitChunk(chunks_.back(), head.id, items));
      for (const std::string_view item : items) {
        if (index >= skipped.size()) {
          return absl::DataLossError("the operation has too many items");
        }
        if (!skipped[index]) {
          items_.push_back(item);
          indexes_.push_back(index);
        }
        ++index;
      }
    }
    if (!hold(bytes())) return NoBatchMemory();
  }
  if (index == skipped.size()) return absl::OkStatus();
  return absl::DataLossError("the operation has too few items");
}

uint64_t PendingItems::bytes() const { return chunk_bytes_ + items_.size() * kItemBytes; }

void PendingItems::Reorder(std::span<const uint32_t> positions) {
  ZT_CHECK(positions.size() == items_.size(), "an item was lost while sorting a batch");
  std::vector<std::string_view> items;
  std::vector<uint32_t> indexes;
  items.reserve(items_.size());
  indexes.reserve(indexes_.size());
  for (const uint32_t position : positions) {
    items.push_back(items_[position]);
    indexes.push_back(indexes_[position]);
  }
  items_ = std::move(items);
  indexes_ = std::move(indexes);
}

absl::Status PendingItems::ParseOne(size_t at, google::protobuf::Message& item) const {
  ZT_CHECK(at < items_.size(), "an item is outside of its batch");
  return ParseItem(items_[at], operation_, item);
}

std::vector<store::IndexedResult> PendingItems::Indexed(size_t begin, size_t end,
                                                        std::span<const ItemResult> results) const {
  ZT_CHECK(results.size() == end - begin, "a chunk has more or fewer results than items");
  std::vector<store::IndexedResult> indexed;
  indexed.reserve(results.size());
  for (size_t i = 0; i < results.size(); ++i) {
    indexed.push_back({.index = indexes_[begin + i], .result = results[i]});
  }
  return indexed;
}

}  // namespace zerotouch::batch
