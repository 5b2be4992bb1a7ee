// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_OUTLINE_H_
#define ZEROTOUCH_JSON_OUTLINE_H_

#include <cstddef>
#include <string_view>

namespace zerotouch::json {

// Counts what a text holds, before it is parsed: a short text can describe a large
// message (`{},{},...`), and the parser needs memory for all of the text before it
// reads the first item.
struct Outline {
  // Objects that are values of the root's members, or elements of lists that are.
  size_t items = 0;
  // Members and elements at all depths, or more.
  size_t values = 0;
  // The most values of one item, with those between it and the next one; or those before the
  // first item, if they are more.
  size_t item_values = 0;
};

// Returns the outline of `text`, and stops where it has more than `most_items`. If
// the text is not JSON, the outline is that of its beginning that is, or larger.
Outline OutlineOf(std::string_view text, size_t most_items);

// Returns about how many bytes it takes to parse such a text, without the text, in
// the worst case. `by_item`: its items are not kept (ParseOptions::taken).
size_t ParsingBytes(const Outline& outline, bool by_item = false);

// Returns about how many bytes the parsed message takes, without the strings' text,
// in the worst case.
size_t MessageBytes(const Outline& outline, bool by_item = false);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_OUTLINE_H_
