// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_DESCRIBE_API_SURFACE_H_
#define ZEROTOUCH_WIRE_DESCRIBE_API_SURFACE_H_

#include <set>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "wire/rest/routes.h"

namespace zerotouch::wire {

// A parameter of a method's URL.
struct ApiParameter {
  std::string name;  // `partnerId`
  const google::protobuf::FieldDescriptor* field = nullptr;
  std::string pattern;    // of a part of the path: `^partners/[^/]+$`; empty for the query
  std::string flat_path;  // of a part of the path: `partners/{partnersId}`
};

// A method as Google's discovery documents describe it: worked out from its
// route, by the conventions of resource-oriented APIs (AIP-127, 131 to 136).
struct ApiMethod {
  std::vector<std::string> resources;  // `partners`, `devices`
  std::string name;                    // `unclaimAsync`
  std::string http_method;
  std::string path;                            // `v1/{+name}`
  std::string flat_path;                       // `v1/partners/{partnersId}/devices/{devicesId}`
  std::vector<ApiParameter> path_parameters;   // in the order of the path
  std::vector<ApiParameter> query_parameters;  // in the order of the .proto
  const google::protobuf::MethodDescriptor* method = nullptr;
  const google::protobuf::Descriptor* request = nullptr;  // of the body; null without one
};

// The methods of Google's API among the routes: those of its own services and
// operations.get, the one that it has of google.longrunning.Operations.
std::vector<ApiMethod> DescribeMethods(const RouteTable& routes);

// The types that methods take and give, and the types of their fields, but for
// those that JSON has as text; by name.
std::vector<const google::protobuf::Descriptor*> SchemasOf(const std::vector<ApiMethod>& methods);

// The fields of a body of `schema`: without those that the path gives.
std::vector<const google::protobuf::FieldDescriptor*> PropertiesOf(
    const google::protobuf::Descriptor& schema, const std::vector<ApiMethod>& methods);

// The type of a field in JSON, as JSON Schema names types, and its format; empty
// if it has none.
struct JsonType {
  const char* type;
  const char* format;
};

// That of a single value of `field`, which holds neither a message nor an enum.
JsonType JsonTypeOf(const google::protobuf::FieldDescriptor& field);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_DESCRIBE_API_SURFACE_H_
