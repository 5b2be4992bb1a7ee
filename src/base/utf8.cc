// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <cstdint>

namespace zerotouch::utf8 {
namespace {

bool IsContinuation(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }

}  // namespace

size_t CharacterBytes(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return 1;
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  // The second byte tells overlong forms, surrogates and code points past
  // U+10FFFF.
  const auto second = static_cast<uint8_t>(text[1]);
  if (lead == 0xE0 && second < 0xA0) return 0;
  if (lead == 0xED && second > 0x9F) return 0;
  if (lead == 0xF0 && second < 0x90) return 0;
  if (lead == 0xF4 && second > 0x8F) return 0;
  for (size_t i = 1; i < size; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  return size;
}

size_t ValidBytes(std::string_view text) {
  size_t valid = 0;
  while (valid < text.size()) {
    const size_t size = CharacterBytes(text.substr(valid));
    if (size == 0) break;
    valid += size;
  }
  return valid;
}

std::string_view Truncate(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && IsContinuation(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

bool IsControl(std::string_view character) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(character[i]); };
  switch (character.size()) {
    case 1:
      return byte(0) < 0x20 || byte(0) == 0x7F;
    case 2:  // U+0080 to U+009F
      return byte(0) == 0xC2 && byte(1) < 0xA0;
    case 3:
      if (byte(0) != 0xE2) return false;
      return (byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE) ||
             (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);
    default:
      return false;
  }
}

}  // namespace zerotouch::utf8
