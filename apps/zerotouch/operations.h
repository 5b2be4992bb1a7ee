// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_OPERATIONS_H_
#define ZEROTOUCH_ZEROTOUCH_OPERATIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "google/longrunning/operations.pb.h"
#include "terminal/progress.h"
#include "zerotouch/connection.h"
#include "zerotouch/exit_code.h"

namespace zerotouch::cli {

enum class Format { kTable, kJson, kCsv };

struct OperationFlags {
  ConnectionFlags connection;
  std::string name;
  std::string results;  // path of a CSV file; empty: do not write one
  Format format = Format::kTable;
};

// Run `zerotouch operations get` and `wait`. Print errors to standard error.
ExitCode RunGet(const OperationFlags& flags);
ExitCode RunWait(const OperationFlags& flags);

// Waits for an operation and shows its progress. `resume` is the command that
// continues the wait; it is printed if the wait ends early, also by Ctrl-C.
absl::StatusOr<google::longrunning::Operation> WaitFor(Connection& connection,
                                                       const std::string& name,
                                                       const std::string& resume,
                                                       terminal::ProgressDisplay& display);

// Returns `zerotouch operations wait NAME` with the flags that it needs.
std::string WaitCommand(const std::string& name, const ConnectionFlags& flags);

// Returns the line that says that a call failed and is retried after `pause`.
std::string RetryText(const absl::Status& failure, absl::Duration pause);

// Shows RetryText above the progress bar.
void NoteRetry(terminal::ProgressDisplay& display, const absl::Status& failure,
               absl::Duration pause);

// Prints "zerotouch: TEXT" as one line on standard error, safe for a terminal.
void PrintError(std::string_view text);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_OPERATIONS_H_
