// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_DAEMON_H_
#define ZEROTOUCH_ZEROTOUCHD_DAEMON_H_

#include "absl/status/status.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {

// Blocks SIGTERM, SIGINT and SIGHUP in this thread and those it starts, so that
// RunServer can wait for them. Call it before any thread is started.
void BlockStopSignals();

// Runs the server until SIGTERM or SIGINT, then lets requests in flight finish
// for settings.drain_seconds, and the current chunk of each operation. SIGHUP has
// the TLS certificate read again; without one it stops the server too. Prints
// one line of JSON on standard output when, and only when, it is ready. An
// error is one line that says what to do, and nothing was left half-done.
absl::Status RunSandbox(const Settings& settings);
absl::Status RunServe(const Settings& settings);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_DAEMON_H_
