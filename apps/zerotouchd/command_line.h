// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_COMMAND_LINE_H_
#define ZEROTOUCH_ZEROTOUCHD_COMMAND_LINE_H_

namespace zerotouch::daemon {

// Parses the command line, resolves the settings, runs the command and returns the
// exit code.
int RunCommandLine(int argc, char** argv);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_COMMAND_LINE_H_
