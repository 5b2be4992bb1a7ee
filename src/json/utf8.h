// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_UTF8_H_
#define ZEROTOUCH_JSON_UTF8_H_

#include <cstddef>
#include <string_view>

namespace zerotouch::json {

// Bytes of the character that `text` begins with: 1 to 4, or 0 if it begins
// with none that is well-formed (Unicode, "Table 3-7. Well-Formed UTF-8 Byte
// Sequences") or is empty.
size_t CharacterBytes(std::string_view text);

// Bytes of the longest well-formed beginning of `text`.
size_t ValidBytes(std::string_view text);

// The longest beginning of `text` of at most `bytes` bytes that cuts no
// character in two.
std::string_view Truncate(std::string_view text, size_t bytes);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_UTF8_H_
