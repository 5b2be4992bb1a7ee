// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_DEVICES_H_
#define ZEROTOUCH_ZEROTOUCH_DEVICES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "zerotouch/connection.h"
#include "zerotouch/exit_code.h"
#include "zerotouch/operations.h"
#include "zerotouch/results.h"

namespace zerotouch::cli {

// The actions on the devices of a file.
enum class Action { kClaim, kUnclaim };

// Returns "claim" or "unclaim".
std::string_view NameOf(Action action);

struct DevicesFlags {
  ConnectionFlags connection;
  std::string csv;
  int64_t partner = 0;
  int64_t customer = 0;                   // owner of rows without one; 0: no default
  bool multiline = false;                 // rows may span lines
  int batch_items = limits::kBatchItems;  // maximum number of devices in one operation
  std::string results;                    // path of a CSV file; empty: do not write one
  Format format = Format::kTable;
  bool async = false;
};

// Runs `zerotouch devices claim` and `unclaim`: sends the file in batches, one
// after the other, and writes the result of each row in the order of the file.
// Prints errors to standard error.
ExitCode RunDevices(Action action, const DevicesFlags& flags);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_DEVICES_H_
