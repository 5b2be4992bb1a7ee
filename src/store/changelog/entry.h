// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_CHANGELOG_ENTRY_H_
#define ZEROTOUCH_STORE_CHANGELOG_ENTRY_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "model/device_change.h"
#include "store/actor.h"

// The log of changes. One append-only log serves the history of devices and the audit.
//
// A transaction appends one block for each call whose changes it makes: who made them, and an
// entry for each of them. A block is stored in parts of up to limits::kLogPartEntries entries.
// An entry's sequence is the first sequence of its part plus its place in it, so one number
// finds it: a claim keeps the sequence of its last change, and each entry has that of the one
// before. A device's history is read by following these.
//
// A place is a sequence, or, negated, the first sequence of a part: then it is the newest change
// of that claim in the part. PostgreSQL gives up many claims in one statement, which writes the
// same place to all of them.
namespace zerotouch::store::changelog {

// A change of a device.
struct DeviceEntry {
  DeviceChange change;
  // The place of the entry before it: of the same claim, or, if only statements changed, of
  // the same statement; 0: none.
  int64_t previous = 0;
};

// A change of anything else.
struct ResourceEntry {
  std::string resource;  // its name
  std::string before;    // JSON; empty if it was added
  std::string after;     // JSON; empty if it was removed
};

using Entry = std::variant<DeviceEntry, ResourceEntry>;

// A stored part of a block.
struct Part {
  int64_t first = 0;  // the sequence of its first entry
  int64_t next = 0;   // the first sequence of the block's next part; 0 for the last one
  absl::Time time;    // whole microseconds
  Actor actor;
  std::vector<Entry> entries;
};

}  // namespace zerotouch::store::changelog

#endif  // ZEROTOUCH_STORE_CHANGELOG_ENTRY_H_
