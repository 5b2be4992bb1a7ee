// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_EXIT_CODE_H_
#define ZEROTOUCH_ZEROTOUCH_EXIT_CODE_H_

#include "absl/status/status.h"

namespace zerotouch::cli {

// What the program says to whoever called it.
enum ExitCode : int {
  kDone = 0,
  kUsage = 1,       // wrong arguments or files; also any error before something was sent
  kSomeFailed = 2,  // some devices, or rows of the file, failed
  kDenied = 3,      // HTTP 401 or 403, or no access token
  kTimedOut = 4,    // the outcome is not known: time was up, or the server was lost
};

// Of an error that ends a command. `sent`: whether the server may have taken
// something by then.
ExitCode ExitCodeOf(const absl::Status& error, bool sent);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_EXIT_CODE_H_
