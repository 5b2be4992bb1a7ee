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

// The fields of a message to write, as `fields` and X-Goog-FieldMask give them
// ("System parameters" of Google's APIs). A tree of field names; a leaf selects the
// whole field. Immutable once parsed.
class Selection {
 public:
  // Parses a mask for messages of `type`: paths joined by commas, whose names are
  // joined by `/` or `.`. `a(b,c)` means `a/b,a/c`. Names are in lowerCamelCase or as
  // in the .proto; `*` means every field. Below an Any and a map every name is
  // accepted. If a path is invalid, returns nullopt and sets `*wrong` to the first such
  // path.
  static std::optional<Selection> Parse(std::string_view mask,
                                        const google::protobuf::Descriptor& type,
                                        std::string* wrong);

  // Selects everything.
  Selection() = default;

  bool is_everything() const { return is_everything_; }
  // Returns the selection within the field (or map entry) of this name in
  // lowerCamelCase; nullptr if the field is not selected.
  const Selection* Find(std::string_view json_name) const;

 private:
  friend class SelectionParser;

  bool is_everything_ = true;
  std::vector<std::pair<std::string, Selection>> fields_;  // empty if everything is selected
};

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_SELECTION_H_
