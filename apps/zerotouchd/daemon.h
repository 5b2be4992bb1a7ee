// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_DAEMON_H_
#define ZEROTOUCH_ZEROTOUCHD_DAEMON_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {

using RereadSettings = std::function<absl::StatusOr<Settings>()>;

// Blocks SIGTERM, SIGINT, SIGHUP and SIGCHLD in this thread and the threads it starts, so
// that RunSandbox and RunServe can wait for them. Call it before starting threads.
void BlockStopSignals();

// Run the server until SIGTERM or SIGINT. Then requests in flight have
// settings.drain_seconds to finish, and the current chunk of each operation is
// finished. SIGHUP reloads the TLS files, and in serve reads the settings again, of which
// `log-level`, `access-log` and the names of the TLS files take effect; without TLS it
// stops the server too, unless a service manager started it.
// Print one line of JSON on standard output once the server is ready. An error is
// one line that says what to do; nothing is left half-done.
// RunSandbox returns the exit code: that of the command of settings.exec, which ends the
// server, too. With it nothing is printed.
absl::StatusOr<int> RunSandbox(const Settings& settings);
// RunServe refuses what production.h refuses. `reread` returns the settings as they are
// when it is called.
absl::Status RunServe(const Settings& settings, RereadSettings reread);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_DAEMON_H_
