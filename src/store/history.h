// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_HISTORY_H_
#define ZEROTOUCH_STORE_HISTORY_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "model/device_change.h"
#include "store/actor.h"

namespace zerotouch::store {

class Snapshot;

// A change of a device as the log has it.
struct HistoryEntry {
  int64_t sequence = 0;  // its place in the log
  absl::Time time;
  Actor actor;
  DeviceChange change;
};

// A part of a device's history.
struct HistoryPage {
  std::vector<HistoryEntry> entries;  // newest first
  // Where to read on: places in the log; empty at the end. A device has few: one for each
  // section, and one for the metadata of each reseller.
  std::vector<int64_t> next;
};

// Reads up to `limit` changes of a device: from the newest one on, or from `from`, the
// `next` of the page before. Costs one read by key for each.
absl::StatusOr<HistoryPage> ReadHistory(Snapshot& snapshot, DeviceId device,
                                        std::span<const int64_t> from, int64_t limit);

// A place among the changes of an operation. The default is the first one.
struct ChangesPlace {
  int32_t items_done = 0;  // before the chunk
  int64_t part = 0;        // of the chunk's block in the log; 0: the first one
};
struct OperationChanges {
  std::vector<DeviceChange> changes;  // in the order in which the items ran
  std::optional<ChangesPlace> next;   // where to read on; nullopt at the end
};

// Reads the changes that the items of an operation made, from `from` on. Returns at most
// limits::kLogPartEntries of them: one stored part, which costs two reads by key. Items
// without a change are left out; those of one device come in the order in which they changed
// it. The changes are there as long as the operation's results.
absl::StatusOr<OperationChanges> ReadChangesOf(Snapshot& snapshot, OperationId id,
                                               const ChangesPlace& from);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_HISTORY_H_
