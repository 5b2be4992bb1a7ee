// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_JSON_STRING_H_
#define ZEROTOUCH_BASE_JSON_STRING_H_

#include <string>
#include <string_view>

namespace zerotouch {

// Appends `text` as a JSON string with its quotes. The result is valid UTF-8
// and safe in HTML, in older JavaScript and on a terminal: each byte that is not
// UTF-8 becomes U+FFFD; `<`, `>` and the characters of utf8::IsControl are escaped.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_JSON_STRING_H_
