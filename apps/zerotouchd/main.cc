// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "terminal/standard_streams.h"
#include "zerotouchd/command_line.h"
#include "zerotouchd/daemon.h"

int main(int argc, char** argv) {
  zerotouch::terminal::KeepStandardStreams();
  // The registry holds the secret that signs tokens: only the owner may read its files.
  umask(0077);
  zerotouch::daemon::BlockStopSignals();
  return zerotouch::daemon::RunCommandLine(argc, argv);
}
