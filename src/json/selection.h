// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_SELECTION_H_
#define ZEROTOUCH_JSON_SELECTION_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace zerotouch::json {

// Which fields of a message are to be written: what `fields` and
// X-Goog-FieldMask say ("System parameters" of Google's APIs). A tree of field
// names; a leaf stands for the whole field. Immutable once parsed.
class Selection {
 public:
  // Reads a mask for messages of `type`: paths joined by commas, whose names
  // are joined by `/` or `.`; `a(b,c)` stands for `a/b,a/c`; names are in
  // lowerCamelCase or as in the .proto; `*` stands for every field. Below an
  // Any and a map every name is good. nullopt, with the first path that
  // selects nothing in `*wrong`, if the mask is not that.
  static std::optional<Selection> Parse(std::string_view mask,
                                        const google::protobuf::Descriptor& type,
                                        std::string* wrong);

  // Everything.
  Selection() = default;

  bool is_everything() const { return is_everything_; }
  // What is selected of the field (or map entry) of this name in
  // lowerCamelCase; nullptr if nothing is.
  const Selection* Find(std::string_view json_name) const;

 private:
  friend class SelectionParser;

  bool is_everything_ = true;
  std::vector<std::pair<std::string, Selection>> fields_;  // empty if it is everything
};

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_SELECTION_H_
