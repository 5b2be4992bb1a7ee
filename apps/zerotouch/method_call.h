// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_METHOD_CALL_H_
#define ZEROTOUCH_ZEROTOUCH_METHOD_CALL_H_

#include <functional>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "zerotouch/command.h"

// Commands that call one method.
namespace zerotouch::cli {

// Runs a command that calls its Method: makes the request from the flags, calls, and prints
// the answer. A list is read page by page.
ExitCode RunMethod(const Invocation& invocation);

// Connects for the side of a command. Prints retries to standard error.
absl::StatusOr<Connection> ConnectFor(const Invocation& invocation);

// Prints an error, with what to do about it, and returns the exit code. `refused` is the
// code for a call that the API refused: kUsage, or kSomeFailed for a device.
ExitCode Fail(const Invocation& invocation, const absl::Status& error, ExitCode refused = kUsage);

// Calls a list method page by page until the last one, or until `limit` items (0: all).
// Passes each page's items to `use`, and returns the answer's total size (0: it has none).
absl::StatusOr<int64_t> ForEachPage(
    client::Client& client, const Method& method, google::protobuf::Message& request, int64_t limit,
    const std::function<void(const std::vector<const google::protobuf::Message*>&)>& use);

// Calls a method and prints its answer, or its list.
absl::Status CallAndPrint(const Invocation& invocation, client::Client& client,
                          const Method& method, google::protobuf::Message& request);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_METHOD_CALL_H_
