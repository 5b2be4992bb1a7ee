// SPDX-License-Identifier: Apache-2.0
#include "devices_csv/cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/utf8.h"
#include "model/text.h"

namespace zerotouch::csv {
namespace {

constexpr char kAsText[] = "format the column as text and export the file again";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsAllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

size_t DigitsIn(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), IsDigit);
  return static_cast<size_t>(end - text.begin());
}

bool IsVisibleAscii(char c) { return c > 0x20 && c < 0x7F; }

// Returns true for 3.56938E+14, with a comma or without a sign, too. A MEID such as
// 99000012E45678 has neither a fraction nor a sign.
bool IsScientific(std::string_view text) {
  if (DigitsIn(text) != 1) return false;
  text.remove_prefix(1);
  const bool has_fraction = text.starts_with('.') || text.starts_with(',');
  if (has_fraction) {
    text.remove_prefix(1);
    text.remove_prefix(DigitsIn(text));
  }
  if (!text.starts_with('E') && !text.starts_with('e')) return false;
  text.remove_prefix(1);
  const bool has_sign = text.starts_with('+');
  if (has_sign) text.remove_prefix(1);
  return (has_fraction || has_sign) && IsAllDigits(text);
}

// Returns true for 356938035643809.0, .00 and ,0.
bool HasZeroFraction(std::string_view text) {
  const size_t digits = DigitsIn(text);
  if (digits == 0 || digits + 1 >= text.size()) return false;
  if (text[digits] != '.' && text[digits] != ',') return false;
  return text.find_first_not_of('0', digits + 1) == std::string_view::npos;
}

// Returns true for 356,938,035,643,809, with dots or apostrophes too.
bool HasThousandsMarks(std::string_view text) {
  size_t group = DigitsIn(text);
  if (group == 0 || group > 3 || group == text.size()) return false;
  const char mark = text[group];
  if (mark != ',' && mark != '.' && mark != '\'') return false;
  for (text.remove_prefix(group); !text.empty(); text.remove_prefix(4)) {
    if (text[0] != mark || text.size() < 4 || !IsAllDigits(text.substr(1, 3))) return false;
  }
  return true;
}

// Returns what a spreadsheet did to a number; empty if nothing shows.
std::string NumberDamage(std::string_view cell, CellKind kind) {
  if (IsScientific(cell)) {
    return fmt::format("holds {}: a spreadsheet has shortened the number; {}", cell, kAsText);
  }
  if (HasZeroFraction(cell)) {
    return fmt::format("holds {}: a spreadsheet has added a decimal fraction to the number; {}",
                       cell, kAsText);
  }
  if (kind == CellKind::kNumber && HasThousandsMarks(cell)) {
    return fmt::format("holds {}: a spreadsheet has added thousands separators to the number; {}",
                       cell, kAsText);
  }
  if (kind == CellKind::kNumber && cell.starts_with('=')) {
    return fmt::format("holds {}: this is a spreadsheet's formula; {}", cell, kAsText);
  }
  if (kind == CellKind::kNumber && cell.starts_with('#')) {
    return fmt::format("holds {}: this is an error of a spreadsheet; correct the cell", cell);
  }
  if (cell.starts_with('\'') || cell.starts_with("\u2019")) {
    return fmt::format("holds {}: the apostrophe is a spreadsheet's mark for text; remove it",
                       cell);
  }
  return {};
}

}  // namespace

std::string_view TrimCell(std::string_view text) {
  // As most cells are.
  if (text.empty() || (IsVisibleAscii(text.front()) && IsVisibleAscii(text.back()))) return text;
  const auto is_dropped = [](std::string_view character) {
    return FirstInvisibleOrSpace(character).has_value();
  };
  while (!text.empty()) {
    const size_t bytes = std::max<size_t>(utf8::CharacterBytes(text), 1);
    if (!is_dropped(text.substr(0, bytes))) break;
    text.remove_prefix(bytes);
  }
  while (!text.empty()) {
    size_t begin = text.size() - 1;
    while (begin > 0 && text.size() - begin < 4 && (text[begin] & 0xC0) == 0x80) --begin;
    const std::string_view last = text.substr(begin);
    if (utf8::CharacterBytes(last) != last.size() || !is_dropped(last)) break;
    text.remove_suffix(text.size() - begin);
  }
  return text;
}

std::string CellProblem(std::string_view cell, CellKind kind) {
  if (cell.empty()) return {};
  // As most cells are.
  if (std::all_of(cell.begin(), cell.end(), [](char c) { return IsDigit(c); })) return {};
  if (utf8::ValidBytes(cell) != cell.size()) return "is not UTF-8; save the file as \"CSV UTF-8\"";
  if (cell.starts_with("=\"")) {
    return fmt::format("holds {}: this is a spreadsheet's formula for text; {}", cell, kAsText);
  }
  if (kind != CellKind::kText) {
    if (std::string damage = NumberDamage(cell, kind); !damage.empty()) return damage;
  }
  if (const std::optional<char32_t> invisible = FirstInvisible(cell)) {
    return fmt::format("has the invisible character U+{:04X}; remove it",
                       static_cast<uint32_t>(*invisible));
  }
  return {};
}

}  // namespace zerotouch::csv
