// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_ROUTES_H_
#define ZEROTOUCH_WIRE_REST_ROUTES_H_

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/api/http.pb.h"
#include "google/protobuf/descriptor.h"
#include "wire/rest/url_template.h"

namespace zerotouch::wire {

// A way to call a method over HTTP.
struct Route {
  enum class Body {
    kNone,   // the method takes no body
    kField,  // the body is `body_field` of the request
    kWhole,  // the body is the whole request, so the query has no parameters
  };

  std::string http_method;  // "POST"
  UrlTemplate url;
  const google::protobuf::MethodDescriptor* method = nullptr;
  Body body = Body::kNone;
  const google::protobuf::FieldDescriptor* body_field = nullptr;
};

// The route of a request and the variables in its path. `route` lives as long as
// the table.
struct RouteMatch {
  const Route* route = nullptr;
  std::vector<UrlTemplate::Binding> bindings;
};

// Finds the method that a request calls, by the google.api.http options of the
// descriptors. Immutable once built.
class RouteTable {
 public:
  // Returns INVALID_ARGUMENT if an option is malformed, names a field that its
  // request lacks, or has the same route as another.
  static absl::StatusOr<RouteTable> Build(
      std::span<const google::protobuf::ServiceDescriptor* const> services);

  // Returns the route of a request, or errors::NoSuchRoute without one, also if the
  // path exists for another HTTP method. `target` is as received.
  absl::StatusOr<RouteMatch> Find(std::string_view http_method, std::string_view target) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  absl::Status Add(const google::protobuf::MethodDescriptor& method,
                   const google::api::HttpRule& rule);
  absl::Status CheckNew(const Route& route) const;

  std::vector<Route> routes_;
  // By the first segment of the path, such as `v1`: a verb of one package is a part of
  // an id in another.
  std::map<std::string, std::set<std::string>> verbs_;
};

// Returns the field at a path such as `configuration.name` below `message`, or null.
// Names may be in lowerCamelCase too. Sets `proto_path`, if given, to the path in
// the names of the .proto.
const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor& message,
                                                   std::string_view path,
                                                   std::string* proto_path = nullptr);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_ROUTES_H_
