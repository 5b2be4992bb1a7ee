// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_DESCRIBE_JSON_VALUE_H_
#define ZEROTOUCH_WIRE_DESCRIBE_JSON_VALUE_H_

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace zerotouch::wire {

// A JSON value that is put together piece by piece: for documents about the
// API, whose shape is no message of it.
class JsonValue {
 public:
  JsonValue() = default;                                      // an empty object
  JsonValue(std::string text) : value_(std::move(text)) {}    // NOLINT(google-explicit-constructor)
  JsonValue(const char* text) : value_(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  JsonValue(bool value) : value_(value) {}                    // NOLINT(google-explicit-constructor)
  static JsonValue List() { return JsonValue(Elements()); }

  // The member of that name of an object, added at the end if there is none.
  JsonValue& operator[](std::string_view name);
  // Adds to a list.
  JsonValue& Add(JsonValue element);

  bool is_empty() const;  // of an object or list

  // Indented by two spaces, each member on a line of its own.
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
