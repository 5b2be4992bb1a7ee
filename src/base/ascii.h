// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_ASCII_H_
#define ZEROTOUCH_BASE_ASCII_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace zerotouch {

// Returns the lower-case form of an ASCII letter, and any other byte unchanged.
// Independent of the locale.
constexpr char AsciiLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// Returns the upper-case form of an ASCII letter, and any other byte unchanged.
constexpr char AsciiUpper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

std::string AsciiLower(std::string_view text);
std::string AsciiUpper(std::string_view text);

// Compares two texts, ignoring the case of ASCII letters.
inline bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a == b) return true;  // as most are
  for (size_t i = 0; i < a.size(); ++i) {
    if (AsciiLower(a[i]) != AsciiLower(b[i])) return false;
  }
  return true;
}

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_ASCII_H_
