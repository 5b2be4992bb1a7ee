// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_ROUTES_H_
#define ZEROTOUCH_WIRE_REST_ROUTES_H_

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

// One way in which a method can be called over HTTP.
struct Route {
  enum class Body {
    kNone,   // the method takes no body
    kField,  // the body is `body_field` of the request
    kWhole,  // the body is the whole request, so nothing is left for the query
  };

  std::string http_method;  // "POST"
  UrlTemplate url;
  const google::protobuf::MethodDescriptor* method = nullptr;
  Body body = Body::kNone;
  const google::protobuf::FieldDescriptor* body_field = nullptr;
};

// A request's route, and what its path says. `route` lives as long as the table.
struct RouteMatch {
  const Route* route = nullptr;
  std::vector<UrlTemplate::Binding> bindings;
};

// The services that this server speaks, by their descriptors.
std::vector<const google::protobuf::ServiceDescriptor*> ApiServices();

// Which method a request calls, by the google.api.http options of the
// descriptors: nothing is listed a second time here. Immutable once built.
class RouteTable {
 public:
  // INVALID_ARGUMENT if an option is malformed, names a field that its request
  // lacks, or says the same as another.
  static absl::StatusOr<RouteTable> Build(
      std::span<const google::protobuf::ServiceDescriptor* const> services);

  // The route of a request. errors::NoSuchRoute if there is none, also when
  // the path exists under another HTTP method. `target` is as received.
  absl::StatusOr<RouteMatch> Find(std::string_view http_method, std::string_view target) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  absl::Status Add(const google::protobuf::MethodDescriptor& method,
                   const google::api::HttpRule& rule);
  absl::Status CheckNew(const Route& route) const;

  std::vector<Route> routes_;
  std::set<std::string> verbs_;
};

// The field that a path such as `configuration.name` names, from `message`
// down; names may also be in lowerCamelCase. nullptr if there is none.
// `proto_path`, if given, gets the path in the names of the .proto.
const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor& message,
                                                   std::string_view path,
                                                   std::string* proto_path = nullptr);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_ROUTES_H_
