// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_PROCESS_H_
#define ZEROTOUCH_ZEROTOUCHD_PROCESS_H_

namespace zerotouch::daemon {

struct Settings;

// Applies the log's settings, or their defaults for a sandbox or `serve`.
void SetLog(const Settings& settings, bool sandbox);

// Prepares the process for a server: its log, signals, file limit and memory arenas. Call it
// before the first thread starts.
void PrepareProcess(const Settings& settings, bool sandbox);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_PROCESS_H_
