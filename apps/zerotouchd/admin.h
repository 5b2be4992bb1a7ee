// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_ADMIN_H_
#define ZEROTOUCH_ZEROTOUCHD_ADMIN_H_

#include <functional>

#include "absl/status/status.h"
#include "zerotouchd/settings.h"

namespace CLI {
class App;
}

namespace zerotouch::daemon {

// Runs an admin command whose flags have been parsed.
using AdminAction = std::function<absl::Status(const Settings&)>;

// Adds the commands of `zerotouchd admin` to `app`. Parsing stores the command of
// the command line in `action`, which must outlive `app`.
void AddAdminCommands(CLI::App& app, AdminAction& action);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_ADMIN_H_
