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
  std::string results;  // path; empty: none
  Format format = Format::kTable;
};

// `zerotouch operations get` and `wait`. Errors are told on standard error.
ExitCode RunGet(const OperationFlags& flags);
ExitCode RunWait(const OperationFlags& flags);

// Waits for an operation of `connection`, showing its progress. `resume`: the
// command that goes on waiting; told if the wait ends without an outcome, or by
// Ctrl-C.
absl::StatusOr<google::longrunning::Operation> WaitFor(Connection& connection,
                                                       const std::string& name,
                                                       const std::string& resume,
                                                       terminal::ProgressDisplay& display);

// `zerotouch operations wait NAME` with the flags that it needs.
std::string WaitCommand(const std::string& name, const ConnectionFlags& flags);

// Tells that a call failed and is tried again.
void NoteRetry(terminal::ProgressDisplay& display, const absl::Status& failure,
               absl::Duration pause);

// "zerotouch: TEXT" on standard error.
void PrintError(std::string_view text);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_OPERATIONS_H_
