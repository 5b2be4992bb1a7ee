// SPDX-License-Identifier: Apache-2.0
#include "devices_csv/csv_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/ascii.h"

namespace zerotouch::csv {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr char kSaveAs[] = "save it as \"CSV UTF-8\"";

// Bytes at the beginning of a file in which its kind shows.
constexpr size_t kKindBytes = 4096;

// Returns what a file is that begins like this; empty if it may be CSV.
std::string_view KindOf(std::string_view begin) {
  const auto has = [&](std::string_view mark) {
    return begin.find(mark) != std::string_view::npos;
  };
  if (begin.starts_with("PK\x03\x04")) {
    if (has("vnd.oasis.opendocument")) return "an OpenDocument spreadsheet (.ods)";
    if (has("Index/Document.iwa")) return "a Numbers spreadsheet (.numbers)";
    if (has("[Content_Types].xml") || has("xl/") || has("_rels/"))
      return "an Excel workbook (.xlsx)";
    return "a ZIP archive";
  }
  if (begin.starts_with("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) return "an Excel workbook (.xls)";
  if (begin.starts_with("\x1f\x8b")) return "compressed with gzip";
  if (begin.starts_with("%PDF-")) return "a PDF document";
  if (begin.starts_with(std::string_view("\xff\xfe\0\0", 4)) ||
      begin.starts_with(std::string_view("\0\0\xfe\xff", 4))) {
    return "UTF-32 text";
  }
  const std::string lower = AsciiLower(begin.substr(0, 64));
  const size_t text = std::min(lower.find_first_not_of(" \t\r\n\xef\xbb\xbf"), lower.size());
  const std::string_view first = std::string_view(lower).substr(text);
  if (first.starts_with("<!doctype html") || first.starts_with("<html")) return "an HTML page";
  if (first.starts_with("<?xml")) return "an XML document";
  if (first.starts_with('{') || first.starts_with('[')) return "JSON";
  return {};
}

void AppendUtf8(char32_t c, std::string& out) {
  const auto add = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) return add(c);
  if (c < 0x800) {
    add(0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    add(0xE0 | (c >> 12));
    add(0x80 | ((c >> 6) & 0x3F));
  } else {
    add(0xF0 | (c >> 18));
    add(0x80 | ((c >> 12) & 0x3F));
    add(0x80 | ((c >> 6) & 0x3F));
  }
  add(0x80 | (c & 0x3F));
}

// Converts UTF-16 without its mark. A surrogate without its partner becomes bytes that are
// not UTF-8, which the row that uses them reports.
std::string FromUtf16(std::string_view bytes, bool big_endian) {
  const auto unit = [&](size_t i) -> char32_t {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    return big_endian ? first << 8 | second : second << 8 | first;
  };
  std::string text;
  text.reserve(bytes.size() / 2);
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xD800 && c < 0xDC00 && i + 3 < bytes.size()) {
      const char32_t low = unit(i + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    AppendUtf8(c, text);
  }
  return text;
}

absl::Status NotCsv(std::string_view kind) {
  return absl::InvalidArgumentError(fmt::format("the file is {}, not CSV; {}", kind, kSaveAs));
}

}  // namespace

absl::StatusOr<std::string> CsvText(std::string bytes) {
  const std::string_view begin = std::string_view(bytes).substr(0, kKindBytes);
  if (const std::string_view kind = KindOf(begin); !kind.empty()) return NotCsv(kind);
  const bool is_little = bytes.starts_with("\xff\xfe");
  if (is_little || bytes.starts_with("\xfe\xff")) {
    if (bytes.size() % 2 != 0) {
      return absl::InvalidArgumentError(fmt::format(
          "the file is UTF-16 with half a character at its end: it is incomplete; {}", kSaveAs));
    }
    return FromUtf16(std::string_view(bytes).substr(2), !is_little);
  }
  if (begin.find('\0') != std::string_view::npos) {
    const bool is_utf16 =
        std::count(begin.begin(), begin.end(), '\0') * 3 > static_cast<ptrdiff_t>(begin.size());
    return NotCsv(is_utf16 ? "UTF-16 text without a byte-order mark" : "binary");
  }
  if (bytes.starts_with(kByteOrderMark)) bytes.erase(0, kByteOrderMark.size());
  return bytes;
}

}  // namespace zerotouch::csv
