// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_ARGUMENTS_H_
#define ZEROTOUCH_ZEROTOUCH_ARGUMENTS_H_

namespace zerotouch::cli {

// Parses the command line and the environment, runs the command and returns the
// exit code.
int RunCommandLine(int argc, char** argv);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_ARGUMENTS_H_
