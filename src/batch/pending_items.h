// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_PENDING_ITEMS_H_
#define ZEROTOUCH_BATCH_PENDING_ITEMS_H_

#include <google/protobuf/arena.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "base/yield.h"
#include "store/store.h"

namespace google::protobuf {
class Message;
}

namespace zerotouch::batch {

// Returns ABORTED: other batches have the memory that this one needs.
absl::Status NoBatchMemory();

// Some items that were parsed.
template <class Item>
struct ParsedItems {
  std::unique_ptr<google::protobuf::Arena> arena;  // owns the items
  std::vector<const Item*> items;
};

// The items of an operation's request that have no result yet, in their stored form, which
// takes a tenth of the memory of messages: they are parsed when they are needed. Not
// thread-safe.
class PendingItems {
 public:
  // Reads the items of the operation that are not `skipped`, by index in the request. Calls
  // `hold` with bytes() so far; ABORTED if that returns false. DATA_LOSS if the request is
  // damaged.
  absl::Status Load(store::Snapshot& snapshot, const store::OperationHead& head,
                    const std::vector<bool>& skipped, const std::function<bool(uint64_t)>& hold);

  size_t size() const { return items_.size(); }
  // Returns the index in the request of the item at position `at`.
  uint32_t IndexOf(size_t at) const { return indexes_[at]; }
  // Returns the memory of all this, and of looking up the devices, in bytes.
  uint64_t bytes() const;

  // Sorts the items in the order of `positions`, a permutation.
  void Reorder(std::span<const uint32_t> positions);

  // Returns the stored form of the item at position `at`, which lives as long as this.
  std::string_view BytesOf(size_t at) const { return items_[at]; }
  // Parses the item at position `at` into `item`. DATA_LOSS if it is damaged.
  absl::Status ParseOne(size_t at, google::protobuf::Message& item) const;

  // Calls `take(at, item)` for each item at positions [begin, end). It must not keep the item: only
  // some are in memory. Two threads may do so at the same time.
  template <class Item, class Take>
  absl::Status ParseEach(size_t begin, size_t end, const Take& take) const {
    constexpr size_t kAtOnce = 500;
    ItemYielder yielder;
    for (; begin < end; begin += std::min(kAtOnce, end - begin)) {
      ZT_ASSIGN_OR_RETURN(const ParsedItems<Item> parsed,
                          Parse<Item>(begin, std::min(end, begin + kAtOnce)));
      for (size_t i = 0; i < parsed.items.size(); ++i) {
        take(begin + i, *parsed.items[i]);
        yielder.AfterItem();
      }
    }
    return absl::OkStatus();
  }

  // Parses the items at positions [begin, end).
  template <class Item>
  absl::StatusOr<ParsedItems<Item>> Parse(size_t begin, size_t end) const {
    ParsedItems<Item> parsed{.arena = std::make_unique<google::protobuf::Arena>(), .items = {}};
    parsed.items.reserve(end - begin);
    for (size_t at = begin; at < end; ++at) {
      Item* const item = google::protobuf::Arena::CreateMessage<Item>(parsed.arena.get());
      ZT_RETURN_IF_ERROR(ParseOne(at, *item));
      parsed.items.push_back(item);
    }
    return parsed;
  }

  // Adds the indexes to the results of the items at positions [begin, end).
  std::vector<store::IndexedResult> Indexed(size_t begin, size_t end,
                                            std::span<const ItemResult> results) const;

 private:
  OperationId operation_;
  std::deque<std::string> chunks_;       // own the items
  std::vector<std::string_view> items_;  // serialized
  std::vector<uint32_t> indexes_;
  uint64_t chunk_bytes_ = 0;
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_PENDING_ITEMS_H_
