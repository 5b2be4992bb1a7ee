// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_DESCRIBE_JSON_VALUE_H_
#define ZEROTOUCH_WIRE_DESCRIBE_JSON_VALUE_H_

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace zerotouch::wire {

// A JSON value that is built piece by piece, for documents that no message
// describes.
class JsonValue {
 public:
  JsonValue() = default;                                      // an empty object
  JsonValue(std::string text) : value_(std::move(text)) {}    // NOLINT(google-explicit-constructor)
  JsonValue(const char* text) : value_(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  JsonValue(bool value) : value_(value) {}                    // NOLINT(google-explicit-constructor)
  static JsonValue List() { return JsonValue(Elements()); }

  // Returns the member `name` of an object. Adds it at the end if it is missing.
  JsonValue& operator[](std::string_view name);
  // Adds an element to a list and returns it.
  JsonValue& Add(JsonValue element);

  // Returns true for an object without members and for an empty list.
  bool is_empty() const;

  // Returns the text with each member on its own line, indented by two spaces.
  std::string ToText() const;

 private:
  using Elements = std::vector<JsonValue>;
  using Members = std::vector<std::pair<std::string, JsonValue>>;
  explicit JsonValue(Elements elements) : value_(std::move(elements)) {}

  void Append(int depth, std::string& out) const;

  std::variant<Members, Elements, std::string, bool> value_;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_DESCRIBE_JSON_VALUE_H_
