// SPDX-License-Identifier: Apache-2.0
#include "json/outline.h"

#include <algorithm>
#include <cstdint>

namespace zerotouch::json {
namespace {

// Bytes for each value of a text: of simdjson's index (4 for each brace, bracket,
// comma, colon, and beginning of a value), and of the message. Measured with
// outline_test.cc: an entry of a map, which counts as two values, takes 120.
constexpr size_t kIndexBytes = 12;
constexpr size_t kValueBytes = 60;

// Returns the position after the string whose quotation mark is at `at`.
size_t SkipString(std::string_view text, size_t at) {
  for (++at; at < text.size(); ++at) {
    at = text.find('"', at);
    if (at == std::string_view::npos) return text.size();
    size_t backslashes = 0;
    while (text[at - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return at + 1;
  }
  return at;
}

}  // namespace

Outline OutlineOf(std::string_view text, size_t most_items) {
  Outline outline;
  int64_t depth = 0;          // of braces and brackets
  bool in_root_list = false;  // directly below the root, a list is open
  size_t before_item = 0;     // values before the last item began
  const auto end_item = [&] {
    outline.item_values = std::max(outline.item_values, outline.values - before_item);
    before_item = outline.values;
  };
  for (size_t at = 0; at < text.size();) {
    switch (text[at]) {
      case '"':
        at = SkipString(text, at);
        continue;
      case '{':
        if (depth == 1 || (depth == 2 && in_root_list)) {
          end_item();
          ++outline.items;
        }
        ++outline.values;
        if (outline.items > most_items) return outline;
        ++depth;
        break;
      case '[':
        ++outline.values;
        if (depth == 1) in_root_list = true;
        ++depth;
        break;
      case '}':
      case ']':
        --depth;
        if (depth == 1) in_root_list = false;
        break;
      case ',':
      case ':':
        ++outline.values;
        break;
      default:
        break;
    }
    ++at;
  }
  end_item();
  return outline;
}

size_t ParsingBytes(const Outline& outline, bool by_item) {
  return outline.values * kIndexBytes + MessageBytes(outline, by_item);
}

// The largest item, and what is beside the items.
size_t MessageBytes(const Outline& outline, bool by_item) {
  return (by_item ? 2 * outline.item_values : outline.values) * kValueBytes;
}

}  // namespace zerotouch::json
