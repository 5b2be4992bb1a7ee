// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_SANDBOX_COMMANDS_H_
#define ZEROTOUCH_ZEROTOUCH_SANDBOX_COMMANDS_H_

#include <vector>

#include "zerotouch/command.h"

namespace zerotouch::cli {

// Returns the commands that drive a sandbox.
std::vector<Command> SandboxCommands();

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_SANDBOX_COMMANDS_H_
