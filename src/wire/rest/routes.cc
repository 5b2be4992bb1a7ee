// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/routes.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/str_split.h"
#include "base/percent.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "google/api/annotations.pb.h"
#include "json/http_rule.h"

namespace zerotouch::wire {

using google::api::HttpRule;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

namespace {

absl::Status InvalidRoute(const MethodDescriptor& method, std::string_view reason) {
  return absl::InvalidArgumentError(
      fmt::format("google.api.http of {}: {}", method.full_name(), reason));
}

absl::Status SetBody(const MethodDescriptor& method, const std::string& body, Route& route) {
  if (body.empty()) return absl::OkStatus();
  if (body == "*") {
    route.body = Route::Body::kWhole;
    return absl::OkStatus();
  }
  route.body = Route::Body::kField;
  route.body_field = method.input_type()->FindFieldByName(body);
  const bool is_message = route.body_field != nullptr && !route.body_field->is_repeated() &&
                          route.body_field->message_type() != nullptr;
  return is_message ? absl::OkStatus()
                    : InvalidRoute(method, fmt::format("the body {} is not a message field", body));
}

// Returns the first segment of a path, decoded.
std::string FirstSegment(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find_first_of("/?"));
  return PercentDecode(segment).value_or(std::string(segment));
}

}  // namespace

const FieldDescriptor* FindField(const Descriptor& message, std::string_view path,
                                 std::string* proto_path) {
  const Descriptor* at = &message;
  const FieldDescriptor* field = nullptr;
  std::string found;
  const std::vector<std::string> names = absl::StrSplit(std::string(path), '.');
  for (const std::string& name : names) {
    if (at == nullptr) return nullptr;
    field = at->FindFieldByName(name);
    if (field == nullptr) field = at->FindFieldByCamelcaseName(name);
    if (field == nullptr) return nullptr;
    found += (found.empty() ? "" : ".") + field->name();
    at = field->is_repeated() ? nullptr : field->message_type();
  }
  if (proto_path != nullptr) *proto_path = std::move(found);
  return field;
}

absl::StatusOr<RouteTable> RouteTable::Build(std::span<const ServiceDescriptor* const> services) {
  RouteTable table;
  for (const ServiceDescriptor* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      if (!method.options().HasExtension(google::api::http)) continue;
      const HttpRule& rule = method.options().GetExtension(google::api::http);
      ZT_RETURN_IF_ERROR(table.Add(method, rule));
      for (const HttpRule& other : rule.additional_bindings()) {
        ZT_RETURN_IF_ERROR(table.Add(method, other));
      }
    }
  }
  return table;
}

absl::Status RouteTable::Add(const MethodDescriptor& method, const HttpRule& rule) {
  auto [http_method, text] = json::PatternOf(rule);
  if (http_method.empty()) return InvalidRoute(method, "the pattern is missing");
  if (!rule.response_body().empty()) return InvalidRoute(method, "response_body is not supported");
  ZT_ASSIGN_OR_RETURN(UrlTemplate url, UrlTemplate::Parse(text));
  Route route{.http_method = std::move(http_method), .url = std::move(url), .method = &method};
  ZT_RETURN_IF_ERROR(SetBody(method, rule.body(), route));
  for (const std::string& path : route.url.fields()) {
    const FieldDescriptor* field = FindField(*method.input_type(), path);
    if (field == nullptr || field->is_repeated() || field->message_type() != nullptr) {
      return InvalidRoute(method,
                          fmt::format("the variable {} is not a single scalar field", path));
    }
  }
  ZT_RETURN_IF_ERROR(CheckNew(route));
  std::set<std::string>& verbs = verbs_[FirstSegment(route.url.text())];
  if (!route.url.verb().empty()) verbs.insert(route.url.verb());
  routes_.push_back(std::move(route));
  return absl::OkStatus();
}

absl::Status RouteTable::CheckNew(const Route& route) const {
  for (const Route& other : routes_) {
    if (other.http_method == route.http_method && other.url.text() == route.url.text()) {
      return InvalidRoute(*route.method,
                          fmt::format("has the route of {}", other.method->full_name()));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RouteMatch> RouteTable::Find(std::string_view http_method,
                                            std::string_view target) const {
  const auto verbs = verbs_.find(FirstSegment(target));
  if (verbs == verbs_.end()) return errors::NoSuchRoute();
  const auto path = SplitPath(target, verbs->second);
  if (!path) return errors::NoSuchRoute();
  for (const Route& route : routes_) {
    if (route.http_method != http_method) continue;
    if (auto bindings = route.url.Match(*path)) return RouteMatch{&route, *std::move(bindings)};
  }
  return errors::NoSuchRoute();
}

}  // namespace zerotouch::wire
