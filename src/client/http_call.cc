// SPDX-License-Identifier: Apache-2.0
#include "client/http_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "google/api/annotations.pb.h"
#include "json/http_rule.h"
#include "json/json.h"

namespace zerotouch::client {
namespace {

using google::api::HttpRule;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// A field of a message or of one of its submessages.
struct Place {
  Message* message = nullptr;
  const FieldDescriptor* field = nullptr;
};

void AppendEncoded(std::string_view text, bool keep_slashes, std::string& out) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos || (keep_slashes && c == '/')) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

Place Find(Message& root, std::string_view path) {
  Place place{&root, nullptr};
  for (;;) {
    const std::string name(path.substr(0, path.find('.')));
    place.field = place.message->GetDescriptor()->FindFieldByName(name);
    if (place.field == nullptr || name.size() == path.size()) return place;
    path.remove_prefix(name.size() + 1);
    place.message = place.message->GetReflection()->MutableMessage(place.message, place.field);
  }
}

// Returns the text of a scalar field (of its element `index`, if it is repeated);
// empty if it is not set. Enums are written as their names.
std::string TextOf(const Message& message, const FieldDescriptor& field, int index) {
  const auto& reflection = *message.GetReflection();
  const bool many = field.is_repeated();
  const auto number = [](auto value) { return value == 0 ? "" : fmt::format("{}", value); };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      return number(many ? reflection.GetRepeatedInt64(message, &field, index)
                         : reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return number(many ? reflection.GetRepeatedInt32(message, &field, index)
                         : reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_STRING:
      return many ? reflection.GetRepeatedString(message, &field, index)
                  : reflection.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return (many ? reflection.GetRepeatedEnum(message, &field, index)
                   : reflection.GetEnum(message, &field))
          ->name();
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "";
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      // A FieldMask or the like, which JSON writes as a string.
      std::string json;
      json::Append(reflection.GetMessage(message, &field), {.pretty = false}, json);
      return json.size() > 2 && json.front() == '"' ? json.substr(1, json.size() - 2) : "";
    }
    default:
      return "";
  }
}

// Returns `pattern` with the values of its fields, and clears them in `request`.
absl::StatusOr<std::string> Expand(std::string_view pattern, const MethodDescriptor& method,
                                   Message& request) {
  std::string path;
  while (!pattern.empty()) {
    const size_t open = std::min(pattern.find('{'), pattern.size());
    path += pattern.substr(0, open);
    pattern.remove_prefix(open);
    if (pattern.empty()) break;
    const std::string_view variable = pattern.substr(1, pattern.find('}') - 1);
    pattern.remove_prefix(variable.size() + 2);
    const std::string name(variable.substr(0, variable.find('=')));
    const Place place = Find(request, name);
    const std::string value = place.field == nullptr ? "" : TextOf(*place.message, *place.field, 0);
    if (value.empty()) {
      return absl::InvalidArgumentError(
          fmt::format("{} is missing: {} requires it", name, method.name()));
    }
    // A variable with a template of its own spans segments.
    AppendEncoded(value, variable.size() > name.size(), path);
    place.message->GetReflection()->ClearField(place.message, place.field);
  }
  return path;
}

void AppendQuery(Message& request, const FieldDescriptor* body_field, std::string& path) {
  const auto& reflection = *request.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(request, &fields);
  char separator = '?';
  for (const FieldDescriptor* field : fields) {
    if (field == body_field) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(request, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string text = TextOf(request, *field, i);
      if (text.empty()) continue;
      path += separator;
      separator = '&';
      path += field->json_name();
      path += '=';
      AppendEncoded(text, false, path);
    }
    reflection.ClearField(&request, field);
  }
}

}  // namespace

absl::StatusOr<HttpCall> RenderCall(const MethodDescriptor& method, Message& request) {
  const HttpRule& rule = method.options().GetExtension(google::api::http);
  json::HttpPattern pattern = json::PatternOf(rule);
  HttpCall call{.method = std::move(pattern.method), .path = {}, .body = {}};
  ZT_ASSIGN_OR_RETURN(call.path, Expand(pattern.path_template, method, request));
  if (rule.body() == "*") {
    json::Append(request, {.pretty = false}, call.body);
    return call;
  }
  const FieldDescriptor* const body_field = request.GetDescriptor()->FindFieldByName(rule.body());
  AppendQuery(request, body_field, call.path);
  if (body_field != nullptr) {
    json::Append(request.GetReflection()->GetMessage(request, body_field), {.pretty = false},
                 call.body);
  }
  return call;
}

}  // namespace zerotouch::client
