// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "json/json.h"
#include "json/utf8.h"

namespace zerotouch::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
// U+2028 and U+2029: letters to JSON, but ends of a line to older JavaScript,
// which reads the answer of a JSONP call.
constexpr std::string_view kLineSeparator = "\xE2\x80\xA8";
constexpr std::string_view kParagraphSeparator = "\xE2\x80\xA9";
constexpr char kHex[] = "0123456789abcdef";

// What stands as it is in a JSON string: ASCII but for control characters,
// quotes and backslashes, and `<` and `>`, so that no browser takes an answer
// for HTML.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t c = 0x20; c < 0x7F; ++c) plain[c] = true;
  for (const unsigned char c : {'"', '\\', '<', '>'}) plain[c] = false;
  return plain;
}();

void AppendEscape(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += kHex[byte >> 4];
  out += kHex[byte & 0xF];
}

}  // namespace

void AppendString(std::string_view text, std::string& out) {
  out += '"';
  size_t written = 0;
  for (size_t i = 0; i < text.size();) {
    if (kPlain[static_cast<unsigned char>(text[i])]) {
      ++i;
      continue;
    }
    const size_t size = CharacterBytes(text.substr(i));
    const std::string_view character = text.substr(i, size);
    if (size > 1 && character != kLineSeparator && character != kParagraphSeparator) {
      i += size;
      continue;
    }
    out.append(text, written, i - written);
    if (size == 0) {
      out += kReplacement;
    } else if (size > 1) {
      out += character == kLineSeparator ? "\\u2028" : "\\u2029";
    } else {
      AppendEscape(text[i], out);
    }
    i += std::max<size_t>(1, size);
    written = i;
  }
  out.append(text, written);
  out += '"';
}

}  // namespace zerotouch::json
