// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/process.h"

#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/log.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {

void SetLog(const Settings& settings, bool sandbox) {
  log::SetLevel(settings.log_level);
  log::SetAccess(settings.access_log.value_or(sandbox ? log::Access::kAll : log::Access::kErrors));
}

void PrepareProcess(const Settings& settings, bool sandbox) {
  SetLog(settings, sandbox);
  signal(SIGPIPE, SIG_IGN);
  // Treat a file-size limit like a full disk: the write fails, the server runs on.
  signal(SIGXFSZ, SIG_IGN);
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  // Large batches run on any thread. With few arenas, memory that one thread has
  // freed is available to the others.
  mallopt(M_ARENA_MAX, 4);
}

}  // namespace zerotouch::daemon
