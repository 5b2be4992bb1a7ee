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

absl::Status PlaceLost() {
  return absl::DataLossError("the log of changes does not have an entry that a device refers to");
}

const changelog::DeviceEntry* DeviceEntryAt(const changelog::Part& part, size_t i,
                                            DeviceId device) {
  const auto* const entry = std::get_if<changelog::DeviceEntry>(&part.entries[i]);
  return entry != nullptr && entry->change.device == device ? entry : nullptr;
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

// The sequences of a device's entries that come next. Entries of one device that were
// written later have larger sequences, so taking the largest one merges their lists.
class Frontier {
 public:
  Frontier(PartReader& parts, DeviceId device, std::span<const int64_t> sequences)
      : parts_(parts), device_(device), sequences_(sequences.begin(), sequences.end()) {}

  bool empty() const { return sequences_.empty(); }
  int64_t TakeNewest() {
    const int64_t sequence = *sequences_.begin();
    sequences_.erase(sequences_.begin());
    return sequence;
  }
  std::vector<int64_t> All() const { return {sequences_.begin(), sequences_.end()}; }

  // Adds a place of a change of the claim (changelog/entry.h), or of a statement.
  absl::Status Add(int64_t place, Section section) {
    if (place == 0) return absl::OkStatus();
    if (place < 0) {
      ZT_ASSIGN_OR_RETURN(place, NewestIn(-place, section));
    }
    sequences_.insert(place);
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<int64_t> NewestIn(int64_t first, Section section) {
    ZT_ASSIGN_OR_RETURN(const changelog::Part* const part, parts_.Read(first));
    for (size_t i = part->entries.size(); i > 0; --i) {
      const changelog::DeviceEntry* const entry = DeviceEntryAt(*part, i - 1, device_);
      if (entry != nullptr && entry->change.section == section &&
          entry->change.before != entry->change.after) {
        return part->first + static_cast<int64_t>(i) - 1;
      }
    }
    return PlaceLost();
  }

  PartReader& parts_;
  const DeviceId device_;
  std::set<int64_t, std::greater<>> sequences_;
};

absl::Status AddAll(const DeviceState& state, Frontier& frontier) {
  ZT_RETURN_IF_ERROR(frontier.Add(state.sim_lock_entry, Section::kSimLock));
  ZT_RETURN_IF_ERROR(frontier.Add(state.zero_touch_entry, Section::kZeroTouch));
  for (const StatementState& each : state.statements) {
    ZT_RETURN_IF_ERROR(frontier.Add(each.last_entry, Section::kZeroTouch));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<HistoryPage> ReadHistory(Snapshot& snapshot, DeviceId device,
                                        std::span<const int64_t> from, int64_t limit) {
  PartReader parts(snapshot);
  Frontier frontier(parts, device, from);
  if (from.empty()) {
    ZT_ASSIGN_OR_RETURN(const DeviceState state, snapshot.ReadDevice(device));
    ZT_RETURN_IF_ERROR(AddAll(state, frontier));
  }
  HistoryPage page;
  while (!frontier.empty() && static_cast<int64_t>(page.entries.size()) < limit) {
    const int64_t sequence = frontier.TakeNewest();
    ZT_ASSIGN_OR_RETURN(const changelog::Part* const part, parts.Read(sequence));
    const changelog::DeviceEntry* const entry =
        DeviceEntryAt(*part, static_cast<size_t>(sequence - part->first), device);
    if (entry == nullptr || entry->previous >= sequence || -entry->previous >= sequence) {
      return PlaceLost();
    }
    page.entries.push_back(
        {.sequence = sequence, .time = part->time, .actor = part->actor, .change = entry->change});
    // Reading another part replaces this one.
    const int64_t previous = entry->previous;
    const DeviceChange& change = page.entries.back().change;
    ZT_RETURN_IF_ERROR(frontier.Add(previous, change.section));
    for (const FormerStatement& each : change.statements) {
      if (!each.dropped || each.last_entry >= sequence) continue;
      ZT_RETURN_IF_ERROR(frontier.Add(each.last_entry, change.section));
    }
  }
  page.next = frontier.All();
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
