// SPDX-License-Identifier: Apache-2.0
#include "terminal/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

namespace zerotouch::terminal {

void KeepStandardStreams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free number is `fd`. Open for the other direction, so that its use fails.
    const int opened = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    static_cast<void>(opened);
  }
}

}  // namespace zerotouch::terminal
