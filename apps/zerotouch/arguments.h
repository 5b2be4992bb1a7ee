// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_ARGUMENTS_H_
#define ZEROTOUCH_ZEROTOUCH_ARGUMENTS_H_

namespace zerotouch::cli {

// Reads the command line and the environment, runs the command that they name,
// and returns the exit code.
int RunCommandLine(int argc, char** argv);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_ARGUMENTS_H_
