// SPDX-License-Identifier: Apache-2.0
#include "store/history.h"

#include <functional>
#include <set>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "store/changelog/codec.h"
#include "store/changelog/entry.h"
#include "store/transaction.h"

namespace zerotouch::store {
namespace {

// Places in the log that are to be read, the newest first. Entries of one device that were
// written later have larger sequences, so taking the largest one merges their lists.
using Places = std::set<int64_t, std::greater<>>;

void AddPlace(int64_t place, Places& places) {
  if (place != 0) places.insert(place);
}

absl::Status PlaceLost() {
  return absl::DataLossError("the log of changes does not have an entry that a device refers to");
}

// Reads parts, and keeps the last one: entries of one batch are often in it together.
class PartReader {
 public:
  explicit PartReader(ChangelogReads& reads) : reads_(reads) {}

  // Returns the part that has the sequence.
  absl::StatusOr<const changelog::Part*> Read(int64_t sequence) {
    if (Has(sequence)) return &part_;
    ZT_ASSIGN_OR_RETURN(const std::optional<StoredPart> stored, reads_.FindPart(sequence));
    if (!stored.has_value()) return PlaceLost();
    ZT_ASSIGN_OR_RETURN(part_, changelog::DecodePart(stored->bytes));
    if (!Has(sequence)) return PlaceLost();
    return &part_;
  }

 private:
  bool Has(int64_t sequence) const {
    return sequence >= part_.first &&
           sequence - part_.first < static_cast<int64_t>(part_.entries.size());
  }

  ChangelogReads& reads_;
  changelog::Part part_;
};

}  // namespace

absl::StatusOr<HistoryPage> ReadHistory(Snapshot& snapshot, DeviceId device,
                                        std::span<const int64_t> from, int64_t limit) {
  Places places(from.begin(), from.end());
  if (from.empty()) {
    ZT_ASSIGN_OR_RETURN(const DeviceState state, snapshot.ReadDevice(device));
    AddPlace(state.sim_lock_entry, places);
    AddPlace(state.zero_touch_entry, places);
    for (const StatementState& each : state.statements) AddPlace(each.last_entry, places);
  }
  PartReader parts(snapshot);
  HistoryPage page;
  while (!places.empty() && static_cast<int64_t>(page.entries.size()) < limit) {
    const int64_t sequence = *places.begin();
    places.erase(places.begin());
    ZT_ASSIGN_OR_RETURN(const changelog::Part* const part, parts.Read(sequence));
    const auto* const entry = std::get_if<changelog::DeviceEntry>(
        &part->entries[static_cast<size_t>(sequence - part->first)]);
    if (entry == nullptr || entry->change.device != device || entry->previous >= sequence) {
      return PlaceLost();
    }
    AddPlace(entry->previous, places);
    for (const FormerStatement& each : entry->change.statements) {
      if (each.dropped && each.last_entry < sequence) AddPlace(each.last_entry, places);
    }
    page.entries.push_back(
        {.sequence = sequence, .time = part->time, .actor = part->actor, .change = entry->change});
  }
  page.next.assign(places.begin(), places.end());
  return page;
}

absl::StatusOr<OperationChanges> ReadChangesOf(Snapshot& snapshot, OperationId id,
                                               const ChangesPlace& from) {
  ZT_ASSIGN_OR_RETURN(std::optional<ResultChunk> chunk,
                      snapshot.ReadResultChunk(id, from.items_done));
  while (chunk.has_value() && chunk->log == 0) {
    ZT_ASSIGN_OR_RETURN(chunk, snapshot.ReadResultChunk(id, chunk->items_done + 1));
  }
  OperationChanges changes;
  if (!chunk.has_value()) return changes;
  const bool is_same = chunk->items_done == from.items_done && from.part != 0;
  PartReader parts(snapshot);
  ZT_ASSIGN_OR_RETURN(const changelog::Part* const part,
                      parts.Read(is_same ? from.part : chunk->log));
  for (const changelog::Entry& each : part->entries) {
    const auto* const entry = std::get_if<changelog::DeviceEntry>(&each);
    if (entry == nullptr) continue;
    // The log has the item's place in the chunk, whose results are in the same order.
    if (entry->change.item >= chunk->results.size()) return PlaceLost();
    changes.changes.push_back(entry->change);
    changes.changes.back().item = chunk->results[entry->change.item].index;
  }
  if (part->next != 0) {
    changes.next = {.items_done = chunk->items_done, .part = part->next};
  } else {
    changes.next = {.items_done = chunk->items_done + static_cast<int32_t>(chunk->results.size()),
                    .part = 0};
  }
  return changes;
}

}  // namespace zerotouch::store
