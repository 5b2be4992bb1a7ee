// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_CHECK_H_
#define ZEROTOUCH_ZEROTOUCHD_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {

enum class Verdict {
  kOk,
  kWarning,  // serve starts, and an operator should look
  kError,    // serve does not start, or no client can use it
};

// A finding about one thing.
struct Finding {
  std::string about;  // a setting's name, or "clock" or "disk"
  Verdict verdict = Verdict::kOk;
  std::string text;  // one line
};

// Looks at all that `serve` needs: settings, addresses, TLS files, the modes of files with
// secrets, the registry, the clock against the database's, free disk. Changes nothing. A
// server may run with the same settings meanwhile. `settings` may be the error of
// ResolveSettings.
std::vector<Finding> CheckAll(const absl::StatusOr<Settings>& settings);

// Prints the findings of CheckAll to standard output, as lines or as one JSON object.
// Returns the exit code: 0, 1 if there is an error, 2 if there are only warnings.
int RunCheck(const absl::StatusOr<Settings>& settings, bool as_json);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_CHECK_H_
