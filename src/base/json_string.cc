// SPDX-License-Identifier: Apache-2.0
#include "base/json_string.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/utf8.h"

namespace zerotouch {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr char kHex[] = "0123456789abcdef";

// ASCII characters that need no escape.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t c = 0x20; c < 0x7F; ++c) plain[c] = true;
  for (const unsigned char c : {'"', '\\', '<', '>'}) plain[c] = false;
  return plain;
}();

// Returns true if the eight characters at `text` are plain: looks at all of them at once.
bool AreEightPlain(const char* text) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighBits = kOnes << 7;
  uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  // Has the high bit of some byte if one is smaller than `limit`. (Right if all are ASCII.)
  const auto smaller = [](uint64_t bytes, uint64_t limit) {
    return (bytes - kOnes * limit) & ~bytes & kHighBits;
  };
  const auto is_any = [&](unsigned char c) { return smaller(word ^ (kOnes * c), 1); };
  // '<' and '>' differ in one bit.
  const uint64_t angles = smaller((word | kOnes * ('<' ^ '>')) ^ (kOnes * '>'), 1);
  return ((word & kHighBits) | smaller(word, 0x20) | is_any(0x7F) | is_any('"') | is_any('\\') |
          angles) == 0;
}

// Returns the code point of a well-formed character of at most three bytes.
uint32_t CodePoint(std::string_view character) {
  uint32_t point = static_cast<uint8_t>(character[0]);
  if (character.size() > 1) point &= character.size() == 2 ? 0x1F : 0x0F;
  for (const char c : character.substr(1)) point = point << 6 | (static_cast<uint8_t>(c) & 0x3F);
  return point;
}

void AppendEscape(std::string_view character, std::string& out) {
  constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
  constexpr std::string_view kNames = "\"\\bfnrt";
  const size_t named = kNamed.find(character[0]);
  out += '\\';
  if (named != std::string_view::npos) {
    out += kNames[named];
    return;
  }
  const uint32_t point = CodePoint(character);
  out += 'u';
  for (const int shift : {12, 8, 4, 0}) out += kHex[point >> shift & 0xF];
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  size_t written = 0;
  for (size_t i = 0; i < text.size();) {
    if (i + 8 <= text.size() && AreEightPlain(text.data() + i)) {
      i += 8;
      continue;
    }
    if (kPlain[static_cast<unsigned char>(text[i])]) {
      ++i;
      continue;
    }
    const size_t size = utf8::CharacterBytes(text.substr(i));
    const std::string_view character = text.substr(i, size);
    if (size > 1 && !utf8::IsControl(character)) {
      i += size;
      continue;
    }
    out.append(text, written, i - written);
    if (size == 0) {
      out += kReplacement;
    } else {
      AppendEscape(character, out);
    }
    i += std::max<size_t>(1, size);
    written = i;
  }
  out.append(text, written);
  out += '"';
}

}  // namespace zerotouch
