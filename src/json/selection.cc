// SPDX-License-Identifier: Apache-2.0
#include "json/selection.h"

#include "absl/strings/ascii.h"
#include "json/field_table.h"

namespace zerotouch::json {

using google::protobuf::Descriptor;

namespace {

constexpr std::string_view kEveryField = "*";

// Nested parentheses in a mask. The parser calls itself for each.
constexpr int kDeepest = 32;

}  // namespace

const Selection* Selection::Find(std::string_view json_name) const {
  for (const auto& [name, selection] : fields_) {
    if (name == json_name || name == kEveryField) return &selection;
  }
  return nullptr;
}

//   paths = path { "," path }
//   path  = name { ( "/" | "." ) name } [ "(" paths ")" ]
//
// A field that is selected as a whole stays so: `a,a/b` and `a/b,a` mean `a`.
class SelectionParser {
 public:
  explicit SelectionParser(std::string_view mask) : rest_(mask) {}

  bool Run(const Descriptor& type, Selection& root) {
    root.is_everything_ = false;
    return Paths({.type = &type}, root, "") && (rest_.empty() || Fail(rest_));
  }
  std::string TakeWrong() { return std::move(wrong_); }

 private:
  // The names that may come next: the fields of `type`, any name, or no name.
  struct Place {
    const Descriptor* type = nullptr;
    bool is_open = false;
  };

  bool Paths(Place place, Selection& parent, const std::string& prefix) {
    if (++depth_ > kDeepest) return Fail(prefix);
    do {
      if (!Path(place, parent, prefix)) return false;
    } while (Take(','));
    --depth_;
    return true;
  }

  bool Path(Place place, Selection& parent, std::string path) {
    Selection* at = &parent;
    Selection unused;  // for names below a field that is selected as a whole
    do {
      const std::string name = Name();
      path += (path.empty() ? "" : "/") + name;
      std::string json_name;
      if (!Step(name, place, json_name)) return Fail(path);
      at = at->is_everything_ ? &unused : &Child(*at, std::move(json_name));
    } while (Take('/') || Take('.'));
    if (Take('(')) return Paths(place, *at, path) && (Take(')') || Fail(path));
    *at = Selection();
    return true;
  }

  static Selection& Child(Selection& parent, std::string name) {
    for (auto& [known, selection] : parent.fields_) {
      if (known == name) return selection;
    }
    Selection& added = parent.fields_.emplace_back(std::move(name), Selection()).second;
    added.is_everything_ = false;
    return added;
  }

  // Finds the field called `name` and moves `place` to its content.
  static bool Step(const std::string& name, Place& place, std::string& json_name) {
    json_name = name;
    if (name.empty() || (place.type == nullptr && !place.is_open)) return false;
    if (name == kEveryField || place.is_open) {
      place = {.is_open = true};
      return true;
    }
    const Field* field = TableOf(*place.type).Find(name);
    if (field == nullptr) return false;
    json_name = field->descriptor->json_name();
    const Form form = field->message == nullptr ? Form::kWrapper : field->message->form;
    if (form == Form::kAny || field->is_map) {
      place = {.is_open = true};
    } else {
      place = {.type = form == Form::kObject ? field->descriptor->message_type() : nullptr};
    }
    return true;
  }

  std::string Name() {
    size_t size = 0;
    while (size < rest_.size() &&
           (absl::ascii_isalnum(static_cast<unsigned char>(rest_[size])) || rest_[size] == '_' ||
            rest_[size] == '*' || rest_[size] == '@' || rest_[size] == '-')) {
      ++size;
    }
    std::string name(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return name;
  }

  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool Fail(std::string_view path) {
    if (wrong_.empty()) wrong_ = path;
    return false;
  }

  std::string_view rest_;
  std::string wrong_;
  int depth_ = 0;
};

std::optional<Selection> Selection::Parse(std::string_view mask, const Descriptor& type,
                                          std::string* wrong) {
  Selection selection;
  SelectionParser parser(mask);
  if (parser.Run(type, selection)) return selection;
  *wrong = parser.TakeWrong();
  return std::nullopt;
}

}  // namespace zerotouch::json
