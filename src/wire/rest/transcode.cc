// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/transcode.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "base/limits.h"
#include "errors/errors.h"

namespace zerotouch::wire {

using google::protobuf::Message;

namespace {

using Violations = std::vector<Violation>;

void Append(Violations more, Violations& all) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

Violations ReadBody(const Route& route, std::string& body, Message& request,
                    const json::ParseOptions& options) {
  switch (route.body) {
    case Route::Body::kNone:
      if (IsBlank(body)) return {};
      return {{"", "Invalid JSON payload received. This method takes no body."}};
    case Route::Body::kField:
      return json::Parse(body,
                         *request.GetReflection()->MutableMessage(&request, route.body_field));
    case Route::Body::kWhole:
      return json::Parse(body, request, options);
  }
  return {};
}

// Returns the value that the path of the URL gives the field at `path`, or null.
const UrlTemplate::Binding* BindingOf(const RouteMatch& match, const std::string& path) {
  const auto found =
      std::ranges::find(match.bindings, path, [](const auto& binding) { return binding.field; });
  return found == match.bindings.end() ? nullptr : &*found;
}

// Returns true if the body gives the field at `path`, so that the query may not.
bool IsInBody(const Route& route, const std::string& path) {
  return route.body == Route::Body::kWhole ||
         (route.body == Route::Body::kField &&
          path.substr(0, path.find('.')) == route.body_field->name());
}

// Returns true if both texts give the field at `path` of a `type` the same value.
bool IsSameValue(const std::string& path, const std::string& a, const std::string& b,
                 const Message& type) {
  if (a == b) return true;
  const std::unique_ptr<Message> first(type.New());
  const std::unique_ptr<Message> second(type.New());
  return json::BindText(path, a, *first).empty() && json::BindText(path, b, *second).empty() &&
         first->SerializeAsString() == second->SerializeAsString();
}

// Accepts equal values, because clients of some generators send each path variable
// in the query as well.
Violations CheckRepeated(const UrlTemplate::Binding& binding, const QueryParameter& parameter,
                         const Message& request) {
  if (IsSameValue(binding.field, binding.value, parameter.value, request)) return {};
  return {{binding.field,
           fmt::format("Invalid value for the query parameter \"{}\": it differs from the value in "
                       "the path. Use the same value, or omit the parameter.",
                       parameter.name)}};
}

Violations BindParameter(const RouteMatch& match, const QueryParameter& parameter,
                         Message& request) {
  std::string path;
  const bool is_known = FindField(*request.GetDescriptor(), parameter.name, &path) != nullptr;
  if (is_known) {
    if (const auto* binding = BindingOf(match, path)) {
      return CheckRepeated(*binding, parameter, request);
    }
  }
  if (!is_known || IsInBody(*match.route, path)) {
    return {{"", fmt::format("Invalid JSON payload received. Unknown name \"{0}\": Cannot bind "
                             "query parameter. Field '{0}' could not be found in request message.",
                             parameter.name)}};
  }
  return json::BindText(path, parameter.value, request);
}

}  // namespace

absl::Status Transcode(const RouteMatch& match, const Query& query, std::string& body,
                       Message& request, const json::ParseOptions& options) {
  Violations in_body = ReadBody(*match.route, body, request, options);
  Violations all;
  for (const auto& binding : match.bindings) {
    Append(json::BindText(binding.field, binding.value, request), all);
  }
  Append(query.violations, all);
  for (const QueryParameter& parameter : query.parameters) {
    Append(BindParameter(match, parameter, request), all);
  }
  Append(std::move(in_body), all);
  if (all.empty()) return absl::OkStatus();
  if (all.size() > limits::kReportedViolations) all.resize(limits::kReportedViolations);
  return errors::BadRequest(all);
}

}  // namespace zerotouch::wire
