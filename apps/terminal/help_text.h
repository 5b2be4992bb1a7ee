// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TERMINAL_HELP_TEXT_H_
#define ZEROTOUCH_TERMINAL_HELP_TEXT_H_

#include <string>
#include <string_view>

namespace zerotouch::terminal {

// Returns a help text whose lines have at most 100 columns. A longer line is broken at spaces.
// It goes on below its second column, which begins after two spaces or more, else below its
// first letter. A word that is too long has a line of its own.
std::string WrapHelp(std::string_view text);

}  // namespace zerotouch::terminal

#endif  // ZEROTOUCH_TERMINAL_HELP_TEXT_H_
