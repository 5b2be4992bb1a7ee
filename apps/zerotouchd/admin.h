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

// What an admin command does once its flags are read, on the settings.
using AdminAction = std::function<absl::Status(const Settings&)>;

// Adds the commands of `zerotouchd admin` to `app`. The one that is given puts
// what it does into `action`, which must outlive the app.
void AddAdminCommands(CLI::App& app, AdminAction& action);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_ADMIN_H_
