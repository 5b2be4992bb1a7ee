// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "wire/describe/discovery_document.h"
#include "wire/describe/schema_writer.h"

namespace zerotouch::wire {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

JsonValue SchemaParameter(std::string_view name, std::string_view place) {
  JsonValue out;
  out["name"] = std::string(name);
  out["in"] = std::string(place);
  if (place == "path") out["required"] = true;
  return out;
}

// Adds a parameter for each `{...}` of the path: an OpenAPI parameter cannot span
// segments.
void AddPathParameters(const std::string& flat_path, JsonValue& list) {
  for (size_t at = 0; (at = flat_path.find('{', at)) != std::string::npos; ++at) {
    JsonValue parameter =
        SchemaParameter(flat_path.substr(at + 1, flat_path.find('}', at) - at - 1), "path");
    parameter["schema"]["type"] = "string";
    list.Add(std::move(parameter));
  }
}

JsonValue& ContentSchema(JsonValue& out) { return out["content"]["application/json"]["schema"]; }

// Returns the id of the method. `used` has those of the methods before: if two methods of a
// resource have the same verb, the second one is named after its RPC.
std::string OperationId(const ApiMethod& method, std::set<std::string>& used) {
  std::string resources;
  for (const std::string& resource : method.resources) resources += resource + ".";
  std::string id = resources + method.name;
  if (used.insert(id).second) return id;
  std::string rpc = method.method->name();
  rpc[0] = AsciiLower(rpc[0]);
  id = resources + rpc;
  used.insert(id);
  return id;
}

JsonValue Operation(const ApiMethod& method, const ApiComments& comments,
                    std::set<std::string>& used_ids) {
  const SchemaWriter writer(SchemaWriter::Dialect::kOpenApi, comments);
  JsonValue out;
  out["description"] = comments.Of(*method.method);
  out["operationId"] = OperationId(method, used_ids);
  out["parameters"] = JsonValue::List();
  AddPathParameters(method.flat_path, out["parameters"]);
  for (const ApiParameter& parameter : method.query_parameters) {
    JsonValue value = SchemaParameter(parameter.name, "query");
    const std::string description = comments.Of(*parameter.field);
    if (!description.empty()) value["description"] = description;
    writer.SetValue(*parameter.field, value["schema"]);
    out["parameters"].Add(std::move(value));
  }
  if (method.request != nullptr) {
    writer.SetReference(*method.request, ContentSchema(out["requestBody"]));
  }
  JsonValue& responses = out["responses"];
  responses["200"]["description"] = "Success.";
  writer.SetReference(*method.method->output_type(), ContentSchema(responses["200"]));
  responses["default"]["description"] = "An error (AIP-193).";
  ContentSchema(responses["default"])["$ref"] = "#/components/schemas/Error";
  return out;
}

// Returns the schema of the error envelope, which no message of the API describes.
JsonValue ErrorSchema() {
  JsonValue out;
  out["type"] = "object";
  JsonValue& error = out["properties"]["error"];
  error["type"] = "object";
  SchemaWriter::SetType("integer", "int32", error["properties"]["code"]);
  SchemaWriter::SetType("string", "", error["properties"]["message"]);
  SchemaWriter::SetType("string", "", error["properties"]["status"]);
  JsonValue& details = error["properties"]["details"];
  details["type"] = "array";
  details["items"]["type"] = "object";
  details["items"]["additionalProperties"] = true;
  return out;
}

}  // namespace

JsonValue OpenApiDocument(const OpenApiInfo& info, const std::vector<ApiMethod>& methods,
                          const ApiComments& comments, const std::string& root_url) {
  JsonValue out;
  out["openapi"] = "3.0.3";
  out["info"]["title"] = info.title;
  out["info"]["description"] = info.description;
  out["info"]["version"] = info.version;
  out["servers"] = JsonValue::List();
  JsonValue server;
  server["url"] = root_url;
  out["servers"].Add(std::move(server));
  if (info.needs_credentials) {
    JsonValue bearer;
    bearer["bearer"] = JsonValue::List();
    out["security"] = JsonValue::List();
    out["security"].Add(std::move(bearer));
  }
  std::set<std::string> used_ids;
  for (const ApiMethod& method : methods) {
    out["paths"]["/" + method.flat_path][AsciiLower(method.http_method)] =
        Operation(method, comments, used_ids);
  }
  JsonValue& components = out["components"];
  if (info.needs_credentials) {
    components["securitySchemes"]["bearer"]["type"] = "http";
    components["securitySchemes"]["bearer"]["scheme"] = "bearer";
  }
  const SchemaWriter writer(SchemaWriter::Dialect::kOpenApi, comments);
  for (const Descriptor* type : SchemasOf(methods)) {
    JsonValue& schema = components["schemas"][type->name()];
    schema["type"] = "object";
    schema["description"] = comments.Of(*type);
    for (const FieldDescriptor* field : PropertiesOf(*type, methods)) {
      schema["properties"][field->json_name()] = writer.Property(*field);
    }
  }
  components["schemas"]["Error"] = ErrorSchema();
  return out;
}

}  // namespace zerotouch::wire
