// SPDX-License-Identifier: Apache-2.0
#include "json/violations.h"

#include <fmt/format.h>

#include <utility>

#include "base/ascii.h"
#include "base/utf8.h"

namespace zerotouch::json {

using google::protobuf::FieldDescriptor;

namespace {

// Bytes of the caller's text that a violation repeats.
constexpr size_t kShownBytes = 100;

std::string Cut(std::string_view text) {
  const std::string_view beginning = utf8::Truncate(text, kShownBytes);
  return fmt::format("{}{}", beginning, beginning.size() < text.size() ? "..." : "");
}

std::string TypeText(const FieldDescriptor& field) {
  if (const auto* type = field.enum_type()) return "type.googleapis.com/" + type->full_name();
  if (const auto* type = field.message_type()) return "type.googleapis.com/" + type->full_name();
  return "TYPE_" + AsciiUpper(field.type_name());
}

}  // namespace

std::string PathText(const Path* path) {
  if (path == nullptr) return {};
  std::string text = PathText(path->parent);
  if (!text.empty()) text += '.';
  text += path->field->name();
  if (path->index >= 0) text += fmt::format("[{}]", path->index);
  return text;
}

std::string Shown(const Scalar& value) {
  switch (value.kind) {
    case Scalar::Kind::kNull:
      return "null";
    case Scalar::Kind::kString:
      return '"' + Cut(value.text) + '"';
    case Scalar::Kind::kBool:
    case Scalar::Kind::kNumber:
      return Cut(value.text);
  }
  return {};
}

Violation InvalidValue(std::string path, const FieldDescriptor& field, std::string_view what) {
  std::string text = fmt::format("Invalid value at '{}' ({}), {}", path, TypeText(field), what);
  return {std::move(path), std::move(text)};
}

Violation OneofSetTwice(std::string path, const FieldDescriptor& field) {
  std::string text =
      fmt::format("Invalid value at '{}' (oneof), oneof field '{}' is already set. Cannot set '{}'",
                  path, field.containing_oneof()->name(), field.json_name());
  return {std::move(path), std::move(text)};
}

Violation UnknownName(std::string path, std::string_view name, std::string_view why) {
  const std::string where = path.empty() ? "" : fmt::format(" at '{}'", path);
  std::string text = fmt::format("Invalid JSON payload received. Unknown name \"{}\"{}: {}",
                                 Cut(name), where, why);
  return {std::move(path), std::move(text)};
}

Violation RepeatedKey(std::string path, std::string_view key) {
  const std::string why = fmt::format("Repeated map key: '{}' is already set.", Cut(key));
  return UnknownName(std::move(path), key, why);
}

Violation UnknownParameter(std::string_view name) {
  return {"", fmt::format("Invalid JSON payload received. Unknown name \"{0}\": Cannot bind query "
                          "parameter. Field '{0}' could not be found in request message.",
                          Cut(name))};
}

Violation Malformed(std::string_view what, size_t offset) {
  return {"", fmt::format("Invalid JSON payload received. {} at byte {}.", what, offset)};
}

}  // namespace zerotouch::json
