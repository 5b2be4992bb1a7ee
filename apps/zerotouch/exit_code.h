// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_EXIT_CODE_H_
#define ZEROTOUCH_ZEROTOUCH_EXIT_CODE_H_

#include "absl/status/status.h"

namespace zerotouch::cli {

// The exit codes of the program.
enum ExitCode : int {
  kDone = 0,
  kUsage = 1,       // wrong arguments or files, or refused before anything was sent
  kSomeFailed = 2,  // some devices, or rows of the file, failed; or a difference was found
  kDenied = 3,      // HTTP 401 or 403, or no access token
  kTimedOut = 4,    // timeout, or the server cannot be reached or was lost
};

// Returns true for the errors of a server that cannot be reached, or that was
// lost during a call.
bool IsServerLost(const absl::Status& error);

// Returns the exit code for an error that ends a command. `sent`: true if the
// server may have accepted something before.
ExitCode ExitCodeOf(const absl::Status& error, bool sent);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_EXIT_CODE_H_
