// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CRYPTO_JSON_TEXT_H_
#define ZEROTOUCH_CRYPTO_JSON_TEXT_H_

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace zerotouch::crypto {

// Appends `text` as a JSON string. (The fields of keys and tokens are plain
// text; src/json, which knows the API's messages, stands above this folder.)
inline void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace zerotouch::crypto

#endif  // ZEROTOUCH_CRYPTO_JSON_TEXT_H_
