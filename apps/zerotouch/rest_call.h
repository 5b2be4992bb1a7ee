// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_REST_CALL_H_
#define ZEROTOUCH_ZEROTOUCH_REST_CALL_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "zerotouch/command.h"

// Commands that call a method by its path, with JSON on both sides: the methods that only
// this project's servers have.
namespace zerotouch::cli {

// Runs a command with a Rest method: its path with the positional and the customer or
// partner filled in, a body from the flags, the answer in the format.
ExitCode RunRest(const Invocation& invocation);

// Returns a JSON object of the flags that have a field: `error.status` is a member of a
// member. INVALID_ARGUMENT for values that are not what the flag takes.
absl::StatusOr<std::string> BodyOf(const Invocation& invocation);

// Returns the path of a command's Rest method: {parent} is partners/P or customers/C, {id}
// the positional, of a name its last segment.
absl::StatusOr<std::string> PathOf(const Invocation& invocation);

// Returns JSON with two spaces of indentation and a line feed; `json` itself if it is not
// JSON.
std::string PrettyJson(const std::string& json);

// Returns the members of a JSON object, one a line, for people; safe for a terminal.
std::string MembersText(const std::string& json);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_REST_CALL_H_
