// SPDX-License-Identifier: Apache-2.0
#include "wire/describe/api_surface.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "absl/strings/str_split.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "model/api.h"

namespace zerotouch::wire {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

using Strings = std::vector<std::string>;

using google::longrunning::GetOperationRequest;

// Returns true if Google's API has the method: of google.longrunning.Operations it
// has only GetOperation.
bool IsGoogles(const Route& route) {
  const Descriptor* const get = GetOperationRequest::descriptor();
  if (!std::string_view(route.method->full_name()).starts_with("google.")) return false;
  return route.method->file() != get->file() || route.method->input_type() == get;
}

bool IsOf(std::string_view package, const Route& route) {
  return package.empty() ? IsGoogles(route) : route.method->file()->package() == package;
}

// Reads the text of a URL template piece by piece.
class TemplateReader {
 public:
  TemplateReader(const Route& route, ApiMethod& method) : route_(route), method_(method) {}

  void Read() {
    std::string_view text = route_.url.text();
    const std::string verb = route_.url.verb().empty() ? "" : ":" + route_.url.verb();
    text.remove_suffix(verb.size());
    text.remove_prefix(1);
    while (!text.empty()) {
      if (text.starts_with('{')) {
        const size_t end = text.find('}');
        Variable(text.substr(1, end - 1));
        text.remove_prefix(end + 1);
      } else {
        const std::string_view literal = text.substr(0, text.find('/'));
        Join(literal, method_.path);
        Join(literal, method_.flat_path);
        Note(literal);
        text.remove_prefix(literal.size());
      }
      if (text.starts_with('/')) text.remove_prefix(1);
    }
    method_.path += verb;
    method_.flat_path += verb;
    Name();
  }

 private:
  static void Join(std::string_view piece, std::string& path) {
    if (!path.empty()) path += '/';
    path += piece;
  }

  void Note(std::string_view literal) {
    literals_.emplace_back(literal);
    ends_with_literal_ = true;
  }

  // Reads `name=partners/*/devices/*`, or just a field, which is one segment.
  void Variable(std::string_view text) {
    const size_t equals = std::min(text.find('='), text.size());
    const std::string field(text.substr(0, equals));
    const std::string segments(equals < text.size() ? text.substr(equals + 1) : "*");
    ApiParameter parameter;
    parameter.field = FindField(*route_.method->input_type(), field);
    parameter.name = parameter.field->json_name();
    std::string pattern;
    for (const std::string& segment : Strings(absl::StrSplit(segments, '/'))) {
      if (segment == "*" || segment == "**") {
        Join(segment == "*" ? "[^/]+" : ".*", pattern);
        Join("{" + literals_.back() + "Id}", parameter.flat_path);
        ends_with_literal_ = false;
      } else {
        Join(segment, pattern);
        Join(segment, parameter.flat_path);
        Note(segment);
      }
    }
    parameter.pattern = "^" + pattern + "$";
    Join("{+" + parameter.name + "}", method_.path);
    Join(parameter.flat_path, method_.flat_path);
    method_.path_parameters.push_back(std::move(parameter));
  }

  // Names of collections end in `s`; any other last word without a verb is a custom
  // method.
  void Name() {
    // The version, and in our own packages what is before it.
    literals_.erase(literals_.begin(), std::ranges::find(literals_, "v1") + 1);
    method_.name = route_.url.verb();
    const bool is_custom =
        ends_with_literal_ && method_.name.empty() && !literals_.back().ends_with('s');
    if (is_custom) {
      method_.name = literals_.back();
      literals_.pop_back();
    } else if (method_.name.empty()) {
      static const std::map<std::string_view, std::string_view> standard = {
          {"POST", "create"}, {"PATCH", "patch"}, {"PUT", "update"}, {"DELETE", "delete"}};
      const auto found = standard.find(route_.http_method);
      method_.name = found != standard.end() ? found->second : ends_with_literal_ ? "list" : "get";
    }
    method_.resources = std::move(literals_);
  }

  const Route& route_;
  ApiMethod& method_;
  Strings literals_;
  bool ends_with_literal_ = false;
};

void AddQueryParameters(const Route& route, ApiMethod& method) {
  if (route.body == Route::Body::kWhole) return;
  const Descriptor& input = *route.method->input_type();
  for (int i = 0; i < input.field_count(); ++i) {
    const FieldDescriptor* field = input.field(i);
    const bool in_path = std::ranges::any_of(
        method.path_parameters, [&](const ApiParameter& known) { return known.field == field; });
    if (in_path || field == route.body_field) continue;
    method.query_parameters.push_back({.name = field->json_name(), .field = field});
  }
}

// Returns false for types that are text or an arbitrary object in JSON.
bool HasSchema(const Descriptor& type) {
  return type.well_known_type() == Descriptor::WELLKNOWNTYPE_UNSPECIFIED &&
         !type.options().map_entry();
}

using Schemas = std::map<std::string, const Descriptor*>;

void Collect(const Descriptor* type, Schemas& schemas) {
  if (type->options().map_entry()) type = type->field(1)->message_type();
  if (type == nullptr || !HasSchema(*type) || !schemas.emplace(type->name(), type).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    if (type->field(i)->message_type() != nullptr) {
      Collect(type->field(i)->message_type(), schemas);
    }
  }
}

}  // namespace

std::vector<ApiMethod> DescribeMethods(const RouteTable& routes, std::string_view package) {
  std::vector<ApiMethod> methods;
  for (const Route& route : routes.routes()) {
    if (!IsOf(package, route)) continue;
    ApiMethod& method = methods.emplace_back();
    method.http_method = route.http_method;
    method.method = route.method;
    TemplateReader(route, method).Read();
    AddQueryParameters(route, method);
    if (route.body == Route::Body::kWhole) method.request = route.method->input_type();
    if (route.body == Route::Body::kField) method.request = route.body_field->message_type();
  }
  return methods;
}

std::vector<const Descriptor*> SchemasOf(const std::vector<ApiMethod>& methods) {
  Schemas schemas;
  for (const ApiMethod& method : methods) {
    if (method.request != nullptr) Collect(method.request, schemas);
    Collect(method.method->output_type(), schemas);
  }
  if (schemas.contains("Operation")) {
    // The contents of the Any fields of batch operations.
    Collect(api::DevicesLongRunningOperationMetadata::descriptor(), schemas);
    Collect(api::DevicesLongRunningOperationResponse::descriptor(), schemas);
  }
  std::vector<const Descriptor*> all;
  for (const auto& [name, type] : schemas) all.push_back(type);
  return all;
}

std::vector<const FieldDescriptor*> PropertiesOf(const Descriptor& schema,
                                                 const std::vector<ApiMethod>& methods) {
  std::set<const FieldDescriptor*> in_path;
  for (const ApiMethod& method : methods) {
    if (method.request != method.method->input_type()) continue;
    for (const ApiParameter& parameter : method.path_parameters) in_path.insert(parameter.field);
  }
  std::vector<const FieldDescriptor*> properties;
  for (int i = 0; i < schema.field_count(); ++i) {
    if (!in_path.contains(schema.field(i))) properties.push_back(schema.field(i));
  }
  return properties;
}

}  // namespace zerotouch::wire
