// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "zerotouchd/command_line.h"
#include "zerotouchd/daemon.h"

int main(int argc, char** argv) {
  // The registry holds the secret that signs tokens: only the owner may read its files.
  umask(0077);
  zerotouch::daemon::BlockStopSignals();
  return zerotouch::daemon::RunCommandLine(argc, argv);
}
