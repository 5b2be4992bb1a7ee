// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_UTF8_H_
#define ZEROTOUCH_BASE_UTF8_H_

#include <cstddef>
#include <string_view>

namespace zerotouch::utf8 {

// Returns the bytes of the first character of `text`: 1 to 4, or 0 if `text` is
// empty or does not begin with a well-formed character (Unicode, "Table 3-7.
// Well-Formed UTF-8 Byte Sequences").
size_t CharacterBytes(std::string_view text);

// Returns the bytes of the longest well-formed beginning of `text`.
size_t ValidBytes(std::string_view text);

// Returns the longest beginning of `text` of at most `bytes` bytes that does not
// end inside a character.
std::string_view Truncate(std::string_view text, size_t bytes);

// Returns true if `character`, one well-formed character, changes how the text
// around it is displayed: control characters (C0, DEL, C1), line and paragraph
// separators (U+2028, U+2029), and bidirectional embeddings, overrides and
// isolates (U+202A to U+202E, U+2066 to U+2069).
bool IsControl(std::string_view character);

}  // namespace zerotouch::utf8

#endif  // ZEROTOUCH_BASE_UTF8_H_
