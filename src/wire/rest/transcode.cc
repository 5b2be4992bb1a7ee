// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/transcode.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/limits.h"
#include "errors/errors.h"
#include "json/json.h"

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

Violations ReadBody(const Route& route, std::string& body, Message& request) {
  switch (route.body) {
    case Route::Body::kNone:
      if (IsBlank(body)) return {};
      return {{"", "Invalid JSON payload received. This method takes no body."}};
    case Route::Body::kField:
      return json::Parse(body,
                         *request.GetReflection()->MutableMessage(&request, route.body_field));
    case Route::Body::kWhole:
      return json::Parse(body, request);
  }
  return {};
}

// Whether the query may set the field at `path`: not what the body or the path
// of the URL says already.
bool IsLeftForTheQuery(const RouteMatch& match, const std::string& path) {
  const Route& route = *match.route;
  if (route.body == Route::Body::kWhole) return false;
  if (route.body == Route::Body::kField &&
      path.substr(0, path.find('.')) == route.body_field->name()) {
    return false;
  }
  for (const auto& binding : match.bindings) {
    if (binding.field == path) return false;
  }
  return true;
}

Violations BindParameter(const RouteMatch& match, const QueryParameter& parameter,
                         Message& request) {
  std::string path;
  if (FindField(*request.GetDescriptor(), parameter.name, &path) == nullptr ||
      !IsLeftForTheQuery(match, path)) {
    return {{"", fmt::format("Invalid JSON payload received. Unknown name \"{0}\": Cannot bind "
                             "query parameter. Field '{0}' could not be found in request message.",
                             parameter.name)}};
  }
  return json::BindText(path, parameter.value, request);
}

}  // namespace

absl::Status Transcode(const RouteMatch& match, const Query& query, std::string& body,
                       Message& request) {
  Violations in_body = ReadBody(*match.route, body, request);
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
