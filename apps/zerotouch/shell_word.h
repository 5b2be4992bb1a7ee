// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_SHELL_WORD_H_
#define ZEROTOUCH_ZEROTOUCH_SHELL_WORD_H_

#include <string>
#include <string_view>

namespace zerotouch::cli {

// Returns `text` as one word of a POSIX shell, quoted if it has to be.
std::string ShellWord(std::string_view text);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_SHELL_WORD_H_
