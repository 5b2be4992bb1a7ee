// SPDX-License-Identifier: Apache-2.0
#include "model/text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "base/utf8.h"

namespace zerotouch {
namespace {

struct CodePoints {
  char32_t first;
  char32_t last;
};

// White_Space beyond ASCII (Unicode 15, PropList.txt).
constexpr CodePoints kWhiteSpace[] = {{0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
                                      {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
                                      {0x205F, 0x205F}, {0x3000, 0x3000}};

// C1 control characters, Default_Ignorable_Code_Point (Unicode 15,
// DerivedCoreProperties.txt) and interlinear annotations.
constexpr CodePoints kInvisible[] = {
    {0x80, 0x9F},       {0xAD, 0xAD},       {0x34F, 0x34F},    {0x61C, 0x61C},   {0x115F, 0x1160},
    {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},  {0x202A, 0x202E}, {0x2060, 0x206F},
    {0x3164, 0x3164},   {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},  {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB},
    {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};

template <size_t kSize>
bool IsAmong(const CodePoints (&ranges)[kSize], char32_t c) {
  return std::any_of(std::begin(ranges), std::end(ranges),
                     [c](const CodePoints& range) { return range.first <= c && c <= range.last; });
}

bool IsWhiteSpace(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return IsAmong(kWhiteSpace, c);
}

bool IsInvisible(char32_t c) {
  if (c < 0x80) return c < 0x20 || c == 0x7F;
  return IsAmong(kInvisible, c);
}

// A character of a text: its code point, and its bytes.
struct Character {
  char32_t code = 0;
  size_t bytes = 1;
};

// Reads the first character. A byte that is not UTF-8 stands for itself, as a private
// character that is neither white space nor invisible.
Character FirstOf(std::string_view text) {
  constexpr char32_t kPrivate = 0xF0000;
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  if (byte(0) < 0x80) return {.code = byte(0)};
  const size_t bytes = utf8::CharacterBytes(text);
  if (bytes == 0) return {.code = kPrivate};
  char32_t code = byte(0) & (0xFF >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) code = (code << 6) | (byte(i) & 0x3F);
  return {.code = code, .bytes = bytes};
}

// Calls `use` with each character and its bytes.
template <class Use>
void ForEachCharacter(std::string_view text, const Use& use) {
  while (!text.empty()) {
    const Character next = FirstOf(text);
    use(next.code, text.substr(0, next.bytes));
    text.remove_prefix(next.bytes);
  }
}

template <class Matches>
std::optional<char32_t> FirstThat(std::string_view text, const Matches& matches) {
  while (!text.empty()) {
    const Character next = FirstOf(text);
    if (matches(next.code)) return next.code;
    text.remove_prefix(next.bytes);
  }
  return std::nullopt;
}

// A visible ASCII character, which is one byte. Most identifiers consist of these, and
// need no decoding.
bool IsVisibleAscii(char c) { return c > ' ' && c < '\x7f'; }

bool IsAllVisibleAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), IsVisibleAscii);
}

}  // namespace

std::string_view TrimSpace(std::string_view text) {
  if (text.empty() || (IsVisibleAscii(text.front()) && IsVisibleAscii(text.back()))) return text;
  while (!text.empty()) {
    const Character next = FirstOf(text);
    if (!IsWhiteSpace(next.code)) break;
    text.remove_prefix(next.bytes);
  }
  size_t end = 0;
  size_t at = 0;
  ForEachCharacter(text, [&](char32_t code, std::string_view bytes) {
    at += bytes.size();
    if (!IsWhiteSpace(code)) end = at;
  });
  return text.substr(0, end);
}

std::string WithSingleSpaces(std::string_view text) {
  if (IsAllVisibleAscii(text)) return std::string(text);
  std::string single;
  single.reserve(text.size());
  bool after_space = false;
  ForEachCharacter(text, [&](char32_t code, std::string_view bytes) {
    const bool is_space = IsWhiteSpace(code);
    if (!is_space) single += bytes;
    if (is_space && !after_space) single += ' ';
    after_space = is_space;
  });
  return single;
}

std::string WithoutSeparators(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  ForEachCharacter(text, [&](char32_t code, std::string_view bytes) {
    const bool is_separator = code == '-' || (IsWhiteSpace(code) && !IsInvisible(code));
    if (!is_separator) kept += bytes;
  });
  return kept;
}

std::optional<char32_t> FirstInvisible(std::string_view text) {
  if (IsAllVisibleAscii(text)) return std::nullopt;
  return FirstThat(text, IsInvisible);
}

std::optional<char32_t> FirstInvisibleOrSpace(std::string_view text) {
  return FirstThat(text, [](char32_t c) { return IsInvisible(c) || IsWhiteSpace(c); });
}

}  // namespace zerotouch
