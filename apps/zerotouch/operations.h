// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_OPERATIONS_H_
#define ZEROTOUCH_ZEROTOUCH_OPERATIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "google/longrunning/operations.pb.h"
#include "terminal/progress.h"
#include "zerotouch/command.h"
#include "zerotouch/connection.h"
#include "zerotouch/exit_code.h"

namespace zerotouch::cli {

// Run `zerotouch operations get`, `wait` and `results`. Print errors to standard error.
ExitCode RunOperationGet(const Invocation& invocation);
ExitCode RunOperationWait(const Invocation& invocation);
ExitCode RunOperationResults(const Invocation& invocation);
// Runs `zerotouch operations undo`: makes the operation that takes another one back, and
// waits for it.
ExitCode RunOperationUndo(const Invocation& invocation);
// Runs `zerotouch operations list`, `cancel` and `delete`.
ExitCode RunOperationMethod(const Invocation& invocation);

// Returns the name of an operation, for its name or the number at its end. INVALID_ARGUMENT
// for anything else.
absl::StatusOr<std::string> OperationName(const std::string& text);

// Prints an operation: its results if it is done, else its progress. `is_whole`: JSON is
// the operation, not only its response.
ExitCode ShowOperation(const Invocation& invocation,
                       const google::longrunning::Operation& operation, bool is_whole);

// Sends a call of this project's own API that answers with an operation.
absl::StatusOr<google::longrunning::Operation> StartOperation(client::Client& client,
                                                              const std::string& path,
                                                              const std::string& body);

// Waits for an operation and shows its progress. `resume` is the command that
// continues the wait; it is printed if the wait ends early, also by Ctrl-C. `fields` are
// those that the caller needs (client::WaitOptions); empty: all.
absl::StatusOr<google::longrunning::Operation> WaitFor(Connection& connection,
                                                       const std::string& name,
                                                       const std::string& resume,
                                                       terminal::ProgressDisplay& display,
                                                       const std::string& fields = {});

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
