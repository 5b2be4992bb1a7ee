// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_NOTIFY_H_
#define ZEROTOUCH_ZEROTOUCHD_NOTIFY_H_

#include <string_view>

namespace zerotouch::daemon {

// Returns true if a service manager started this process and wants to be told of its
// state.
bool HasServiceManager();

// Tells the service manager the state, such as "READY=1" (sd_notify(3)). Does nothing
// without one. Logs a failure.
void NotifyServiceManager(std::string_view state);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_NOTIFY_H_
