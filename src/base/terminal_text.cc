// SPDX-License-Identifier: Apache-2.0
#include "base/terminal_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "base/utf8.h"

namespace zerotouch {
namespace {

// Appends the escape of one control character, or of one byte that is not UTF-8.
void AppendTerminalEscape(std::string_view character, std::string& out) {
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<uint8_t>(character[i]));
  };
  auto end = std::back_inserter(out);
  if (character == "\n") {
    out += "\\n";
  } else if (character == "\r") {
    out += "\\r";
  } else if (character == "\t") {
    out += "\\t";
  } else if (character.size() == 1) {
    fmt::format_to(end, "\\x{:02x}", byte(0));
  } else if (character.size() == 2) {
    fmt::format_to(end, "\\u{:04x}", (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F));
  } else {
    fmt::format_to(end, "\\u{:04x}",
                   (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F));
  }
}

}  // namespace

std::string ForTerminal(std::string_view text, Lines lines) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t size = utf8::CharacterBytes(text.substr(i));
    const std::string_view character = text.substr(i, std::max<size_t>(1, size));
    const bool kept_break = lines == Lines::kMany && (character == "\n" || character == "\t");
    if (kept_break || (size > 0 && !utf8::IsControl(character))) {
      out += character;
    } else {
      AppendTerminalEscape(character, out);
    }
    i += character.size();
  }
  return out;
}

}  // namespace zerotouch
