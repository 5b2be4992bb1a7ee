// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_HEALTH_H_
#define ZEROTOUCH_ZEROTOUCHD_HEALTH_H_

#include "absl/status/status.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {

// Asks the server whose `metrics-listen` is in the settings (127.0.0.1:9464 without one)
// whether it is ready. Returns an error if it does not say so within a few seconds: one
// line with what it said. For containers, which have no other client.
absl::Status RunHealth(const Settings& settings);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_HEALTH_H_
