// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_COMPLETION_H_
#define ZEROTOUCH_ZEROTOUCH_COMPLETION_H_

#include <string>
#include <string_view>

#include "zerotouch/command.h"

namespace zerotouch::cli {

// Returns a script that completes groups, verbs, flags and files of `zerotouch` in a shell:
// "bash", "zsh" or "fish"; empty for another one.
std::string CompletionScript(std::string_view shell);

// Runs `zerotouch completion SHELL`: prints the script.
ExitCode RunCompletion(const Invocation& invocation);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_COMPLETION_H_
