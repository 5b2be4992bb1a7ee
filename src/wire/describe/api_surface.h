// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_DESCRIBE_API_SURFACE_H_
#define ZEROTOUCH_WIRE_DESCRIBE_API_SURFACE_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "wire/rest/routes.h"

namespace zerotouch::wire {

// A parameter of a method's URL.
struct ApiParameter {
  std::string name;  // `partnerId`
  const google::protobuf::FieldDescriptor* field = nullptr;
  std::string pattern;    // of a path parameter: `^partners/[^/]+$`; empty in the query
  std::string flat_path;  // of a path parameter: `partners/{partnersId}`
};

// A method as Google's discovery documents describe it, derived from its route by
// the conventions of resource-oriented APIs (AIP-127, 131 to 136).
struct ApiMethod {
  std::vector<std::string> resources;  // `partners`, `devices`
  std::string name;                    // `unclaimAsync`
  std::string http_method;
  std::string path;                            // `v1/{+name}`
  std::string flat_path;                       // `v1/partners/{partnersId}/devices/{devicesId}`
  std::vector<ApiParameter> path_parameters;   // in the order of the path
  std::vector<ApiParameter> query_parameters;  // in the order of the .proto
  const google::protobuf::MethodDescriptor* method = nullptr;
  const google::protobuf::Descriptor* request = nullptr;  // the type of the body; null without one
};

// Returns the routes of a package of our own; without `package` those that Google's API
// has: those of its own services and operations.get, its only method of
// google.longrunning.Operations.
std::vector<ApiMethod> DescribeMethods(const RouteTable& routes, std::string_view package = "");

// Returns the types of requests, responses and their fields, sorted by name,
// without the types that are text in JSON.
std::vector<const google::protobuf::Descriptor*> SchemasOf(const std::vector<ApiMethod>& methods);

// Returns the fields of `schema` that a body may have: not those in the path.
std::vector<const google::protobuf::FieldDescriptor*> PropertiesOf(
    const google::protobuf::Descriptor& schema, const std::vector<ApiMethod>& methods);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_DESCRIBE_API_SURFACE_H_
