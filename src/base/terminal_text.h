// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_TERMINAL_TEXT_H_
#define ZEROTOUCH_BASE_TERMINAL_TEXT_H_

#include <string>
#include <string_view>

namespace zerotouch {

enum class Lines {
  kOne,   // escapes line feeds and tabs
  kMany,  // keeps them, for text of several lines that this program wrote
};

// Returns `text` with everything escaped that a terminal could obey: control
// characters (C0, DEL, C1), line separators and bidirectional overrides become
// `\n`, `\x1b` or `\u202e`, and bytes that are not UTF-8 become `\xff`.
// Backslashes stay as they are: the result is for people to read, not to parse.
std::string ForTerminal(std::string_view text, Lines lines = Lines::kOne);

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_TERMINAL_TEXT_H_
