// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_TEXT_H_
#define ZEROTOUCH_MODEL_TEXT_H_

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace zerotouch {

// Returns true if the text has an ASCII control character. PostgreSQL cannot store
// NUL.
inline bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// The functions below read UTF-8. White space is what Unicode's property White_Space
// names. Invisible are control characters and the characters of the property
// Default_Ignorable_Code_Point, such as U+200B (zero width space) and U+FEFF (byte
// order mark).

// Returns the text without white space around it.
std::string_view TrimSpace(std::string_view text);

// Returns the text with each run of white space as one space.
std::string WithSingleSpaces(std::string_view text);

// Returns the text without hyphens and without white space, other than control
// characters.
std::string WithoutSeparators(std::string_view text);

// Return the first invisible character, or the first one that is invisible or white
// space; nullopt if the text has no such character.
std::optional<char32_t> FirstInvisible(std::string_view text);
std::optional<char32_t> FirstInvisibleOrSpace(std::string_view text);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_TEXT_H_
