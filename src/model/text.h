// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_TEXT_H_
#define ZEROTOUCH_MODEL_TEXT_H_

#include <algorithm>
#include <string_view>

namespace zerotouch {

// Returns true if the text has an ASCII control character. PostgreSQL cannot store
// NUL.
inline bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_TEXT_H_
