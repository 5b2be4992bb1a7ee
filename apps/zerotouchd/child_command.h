// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_CHILD_COMMAND_H_
#define ZEROTOUCH_ZEROTOUCHD_CHILD_COMMAND_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace zerotouch::daemon {

using Variables = std::vector<std::pair<std::string, std::string>>;

// Runs `command` by /bin/sh, with `variables` added to the environment, and returns its
// exit code; 128 and the number of the signal that ended it. Passes SIGTERM, SIGINT and
// SIGHUP on to it and to what it has started; the second one kills it. The caller has blocked these
// signals and SIGCHLD in all threads (BlockStopSignals).
absl::StatusOr<int> RunChildCommand(const std::string& command, const Variables& variables);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_CHILD_COMMAND_H_
