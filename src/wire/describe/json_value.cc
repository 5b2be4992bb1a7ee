// SPDX-License-Identifier: Apache-2.0
#include "wire/describe/json_value.h"

#include "base/json_string.h"
#include "json/json.h"

namespace zerotouch::wire {
namespace {

void NewLine(int depth, std::string& out) {
  out += '\n';
  out.append(static_cast<size_t>(depth) * 2, ' ');
}

}  // namespace

JsonValue& JsonValue::operator[](std::string_view name) {
  auto& members = std::get<Members>(value_);
  for (auto& [known, value] : members) {
    if (known == name) return value;
  }
  return members.emplace_back(std::string(name), JsonValue()).second;
}

JsonValue& JsonValue::Add(JsonValue element) {
  return std::get<Elements>(value_).emplace_back(std::move(element));
}

bool JsonValue::is_empty() const {
  if (const auto* members = std::get_if<Members>(&value_)) return members->empty();
  const auto* elements = std::get_if<Elements>(&value_);
  return elements != nullptr && elements->empty();
}

void JsonValue::Append(int depth, std::string& out) const {
  if (const auto* text = std::get_if<std::string>(&value_)) return AppendJsonString(*text, out);
  if (const auto* value = std::get_if<bool>(&value_)) {
    out += *value ? "true" : "false";
    return;
  }
  bool is_first = true;
  const auto next = [&] {
    if (!is_first) out += ',';
    is_first = false;
    NewLine(depth + 1, out);
  };
  const auto* members = std::get_if<Members>(&value_);
  out += members == nullptr ? '[' : '{';
  if (members != nullptr) {
    for (const auto& [name, value] : *members) {
      next();
      AppendJsonString(name, out);
      out += ": ";
      value.Append(depth + 1, out);
    }
  } else {
    for (const JsonValue& element : std::get<Elements>(value_)) {
      next();
      element.Append(depth + 1, out);
    }
  }
  if (!is_first) NewLine(depth, out);
  out += members == nullptr ? ']' : '}';
}

std::string JsonValue::ToText() const {
  std::string out;
  Append(0, out);
  return out + '\n';
}

}  // namespace zerotouch::wire
