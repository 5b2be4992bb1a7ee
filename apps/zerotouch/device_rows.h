// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_DEVICE_ROWS_H_
#define ZEROTOUCH_ZEROTOUCH_DEVICE_ROWS_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "devices_csv/device_file.h"
#include "zerotouch/command.h"
#include "zerotouch/exit_code.h"
#include "zerotouch/results.h"

// Commands on the rows of a CSV file of devices.
namespace zerotouch::cli {

// Kinds of batches.
enum class Action { kClaim, kUnclaim, kMetadata };

// Returns "claim", "unclaim" or "metadata".
std::string_view NameOf(Action action);

// Opens the file that --csv names ("-": standard input) and reports the columns that are
// ignored. `rows` must have one row at least: the first one is read into `first`. The error,
// INVALID_ARGUMENT, names the file.
absl::StatusOr<csv::DeviceFile> OpenDeviceFile(const Invocation& invocation, csv::CsvRecord& first);

// Sends the file in batches, one after the other, and writes the result of each row in the
// order of the file. Prints errors to standard error.
ExitCode RunBatches(Action action, const Invocation& invocation);

// Calls `call` for each row, one after the other, and writes the result of each row. The
// results need no operation. Prints errors to standard error.
using RowCall = std::function<absl::Status(client::Client& client, const csv::DeviceCsv& columns,
                                           const csv::CsvRecord& row)>;
ExitCode RunRows(const Invocation& invocation, const RowCall& call);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_DEVICE_ROWS_H_
