// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_CHANGELOG_JSON_OBJECT_H_
#define ZEROTOUCH_STORE_CHANGELOG_JSON_OBJECT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/json_string.h"

namespace zerotouch::store::changelog {

// Writes a JSON object member by member. Members that are empty or 0 are left out, as in the
// API's JSON, and 64-bit numbers are texts.
class JsonObject {
 public:
  JsonObject& Text(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    Name(name);
    AppendJsonString(value, json_);
    return *this;
  }
  JsonObject& Int64(std::string_view name, int64_t value) {
    return value == 0 ? *this : Text(name, absl::StrCat(value));
  }
  JsonObject& Bool(std::string_view name, bool value) {
    if (!value) return *this;
    Name(name);
    json_ += "true";
    return *this;
  }
  JsonObject& Texts(std::string_view name, const std::vector<std::string>& values) {
    if (values.empty()) return *this;
    Name(name);
    for (size_t i = 0; i < values.size(); ++i) {
      json_ += i == 0 ? '[' : ',';
      AppendJsonString(values[i], json_);
    }
    json_ += ']';
    return *this;
  }
  // `json` is a JSON value; empty: none.
  JsonObject& Value(std::string_view name, std::string_view json) {
    if (json.empty()) return *this;
    Name(name);
    json_ += json;
    return *this;
  }

  std::string Finish() const { return json_.empty() ? "{}" : json_ + "}"; }

 private:
  void Name(std::string_view name) {
    json_ += json_.empty() ? '{' : ',';
    AppendJsonString(name, json_);
    json_ += ':';
  }

  std::string json_;
};

}  // namespace zerotouch::store::changelog

#endif  // ZEROTOUCH_STORE_CHANGELOG_JSON_OBJECT_H_
