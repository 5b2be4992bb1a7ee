// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_DEVICES_H_
#define ZEROTOUCH_ZEROTOUCH_DEVICES_H_

#include <cstdint>
#include <string>

#include "base/limits.h"
#include "zerotouch/connection.h"
#include "zerotouch/device_csv.h"
#include "zerotouch/exit_code.h"
#include "zerotouch/operations.h"

namespace zerotouch::cli {

struct DevicesFlags {
  ConnectionFlags connection;
  std::string csv;
  int64_t partner = 0;
  int64_t customer = 0;                   // owner of rows that name none; 0: none
  int batch_items = limits::kBatchItems;  // devices in one operation at most
  std::string results;                    // path; empty: none
  Format format = Format::kTable;
  bool async = false;
};

// `zerotouch devices claim` and `unclaim`: sends the file in batches, one after
// the other, and writes what became of each row in the order of the file.
// Errors are told on standard error.
ExitCode RunDevices(Action action, const DevicesFlags& flags);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_DEVICES_H_
