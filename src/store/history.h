// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_HISTORY_H_
#define ZEROTOUCH_STORE_HISTORY_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "model/device_change.h"
#include "store/actor.h"

namespace zerotouch::store {

// A change of a device as the log has it.
struct HistoryEntry {
  int64_t sequence = 0;  // its place in the log
  absl::Time time;
  Actor actor;
  DeviceChange change;
};

// Changes that an operation made.
struct OperationChanges {
  std::vector<DeviceChange> changes;  // in the order in which the items ran
  int64_t next = 0;                   // where to read on; 0 at the end
};

// A part of a device's history.
struct HistoryPage {
  std::vector<HistoryEntry> entries;  // newest first
  // Where to read on: places in the log; empty at the end. A device has few: one for each
  // section, and one for the metadata of each reseller.
  std::vector<int64_t> next;
};

// Reads what happened to devices.
class HistoryReads {
 public:
  virtual ~HistoryReads() = default;
  // Reads up to `limit` changes of a device: from the newest one on, or from `from`, the
  // `next` of the page before. Costs one read by key for each.
  virtual absl::StatusOr<HistoryPage> ReadHistory(DeviceId device, std::span<const int64_t> from,
                                                  int64_t limit) = 0;
  // Reads the changes that the items of an operation made, from `from` on (0: from the first
  // one). Returns at most limits::kLogPartEntries of them: one stored part, which costs one
  // read by key. Items without a change are left out; those of one device come in the order
  // in which they changed it. The changes are there as long as the operation's results.
  virtual absl::StatusOr<OperationChanges> ReadChangesOf(OperationId id, int64_t from) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_HISTORY_H_
