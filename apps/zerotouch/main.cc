// SPDX-License-Identifier: Apache-2.0
#include "terminal/standard_streams.h"
#include "zerotouch/arguments.h"

int main(int argc, char** argv) {
  zerotouch::terminal::KeepStandardStreams();
  return zerotouch::cli::RunCommandLine(argc, argv);
}
