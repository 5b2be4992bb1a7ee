// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TERMINAL_SANDBOX_VARIABLES_H_
#define ZEROTOUCH_TERMINAL_SANDBOX_VARIABLES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace zerotouch::terminal {

// Returns the environment variables that clients of a sandbox need, with their values:
// ZEROTOUCH_ENDPOINT, and of the first reseller ZEROTOUCH_PARTNER, ZEROTOUCH_CUSTOMER (unless it
// has none), ZEROTOUCH_CREDENTIALS and GOOGLE_APPLICATION_CREDENTIALS. `ready` is the
// sandbox's ready line, the content of sandbox.json. INVALID_ARGUMENT if it is not.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> SandboxVariables(
    const std::string& ready);

}  // namespace zerotouch::terminal

#endif  // ZEROTOUCH_TERMINAL_SANDBOX_VARIABLES_H_
