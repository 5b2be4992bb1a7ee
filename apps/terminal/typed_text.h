// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TERMINAL_TYPED_TEXT_H_
#define ZEROTOUCH_TERMINAL_TYPED_TEXT_H_

#include <string>
#include <string_view>

namespace zerotouch::terminal {

// Returns `text`, which somebody typed, without the passwords in it: everything
// from the "://" of a URL, or the scheme of a malformed PostgreSQL URL, to the last
// "@" becomes "[redacted]", and so does the value of `password=`. It removes more
// than necessary rather than less, so it is not for texts with our own examples.
std::string WithoutPasswords(std::string_view text);

}  // namespace zerotouch::terminal

#endif  // ZEROTOUCH_TERMINAL_TYPED_TEXT_H_
