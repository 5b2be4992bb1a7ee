// SPDX-License-Identifier: Apache-2.0
#include "wire/describe/discovery_document.h"

#include <fmt/format.h>

#include "wire/describe/schema_writer.h"

namespace zerotouch::wire {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

constexpr char kName[] = "androiddeviceprovisioning";

JsonValue Parameter(const ApiParameter& parameter, const ApiComments& comments) {
  JsonValue out;
  const std::string description = comments.Of(*parameter.field);
  if (!description.empty()) out["description"] = description;
  SchemaWriter(SchemaWriter::Dialect::kDiscovery, comments).SetValue(*parameter.field, out);
  if (parameter.field->is_repeated()) out["repeated"] = true;
  out["location"] = parameter.pattern.empty() ? "query" : "path";
  if (!parameter.pattern.empty()) {
    out["pattern"] = parameter.pattern;
    out["required"] = true;
  }
  return out;
}

JsonValue MethodValue(const ApiMethod& method, const ApiComments& comments) {
  JsonValue out;
  out["description"] = comments.Of(*method.method);
  out["flatPath"] = method.flat_path;
  out["httpMethod"] = method.http_method;
  std::string id = kName;
  for (const std::string& resource : method.resources) id += "." + resource;
  out["id"] = id + "." + method.name;
  out["parameterOrder"] = JsonValue::List();
  out["parameters"] = JsonValue();
  for (const ApiParameter& parameter : method.path_parameters) {
    out["parameterOrder"].Add(parameter.name);
    out["parameters"][parameter.name] = Parameter(parameter, comments);
  }
  for (const ApiParameter& parameter : method.query_parameters) {
    out["parameters"][parameter.name] = Parameter(parameter, comments);
  }
  out["path"] = method.path;
  if (method.request != nullptr) out["request"]["$ref"] = method.request->name();
  out["response"]["$ref"] = method.method->output_type()->name();
  return out;
}

// A query parameter that every method takes.
struct SystemParameter {
  const char* name;
  const char* type;
  const char* description;
  const char* standard = "";  // the default value
  std::vector<std::pair<const char*, const char*>> values = {};
};

JsonValue SystemParameters() {
  const SystemParameter all[] = {
      {"$.xgafv",
       "string",
       "Format of errors.",
       "",
       {{"1", "with `errors`, as in older APIs"}, {"2", "without `errors` (AIP-193)"}}},
      {"access_token", "string", "An OAuth access token, instead of the Authorization header."},
      {"alt",
       "string",
       "Format of answers.",
       "json",
       {{"json", "JSON"},
        {"media", "not supported by any method of this API"},
        {"proto", "not supported by this server"}}},
      {"callback", "string", "The name of a function that is called with the answer (JSONP)."},
      {"fields", "string", "The fields of the answer to return."},
      {"key", "string", "An API key. Accepted; has no effect."},
      {"oauth_token", "string", "The same as access_token."},
      {"prettyPrint", "boolean", "Indents the answer.", "true"},
      {"quotaUser", "string", "Accepted; has no effect."},
      {"uploadType", "string", "Accepted; has no effect."},
      {"upload_protocol", "string", "Accepted; has no effect."},
  };
  JsonValue parameters;
  for (const SystemParameter& parameter : all) {
    JsonValue& out = parameters[parameter.name];
    if (*parameter.standard != '\0') out["default"] = parameter.standard;
    out["description"] = parameter.description;
    for (const auto& [value, meaning] : parameter.values) {
      if (out["enum"].is_empty()) {
        out["enum"] = JsonValue::List();
        out["enumDescriptions"] = JsonValue::List();
      }
      out["enum"].Add(value);
      out["enumDescriptions"].Add(meaning);
    }
    out["location"] = "query";
    out["type"] = parameter.type;
  }
  return parameters;
}

}  // namespace

JsonValue DiscoveryDocument(const std::vector<ApiMethod>& methods, const ApiComments& comments,
                            const std::string& root_url) {
  JsonValue out;
  out["kind"] = "discovery#restDescription";
  out["discoveryVersion"] = "v1";
  out["id"] = fmt::format("{}:v1", kName);
  out["name"] = kName;
  out["version"] = "v1";
  // Generated clients name their classes after this.
  out["canonicalName"] = "Android Provisioning Partner";
  out["title"] = "Android Device Provisioning Partner API";
  out["description"] = "Zero-touch enrolment of Android devices, by OpenZeroTouch.";
  out["documentationLink"] = "https://developers.google.com/zero-touch/";
  out["ownerDomain"] = "google.com";
  out["ownerName"] = "Google";
  out["protocol"] = "rest";
  out["revision"] = "20260915";
  out["rootUrl"] = root_url;
  out["baseUrl"] = root_url;
  out["servicePath"] = "";
  out["basePath"] = "";
  out["batchPath"] = "batch";
  out["version_module"] = true;
  out["fullyEncodeReservedExpansion"] = true;
  out["parameters"] = SystemParameters();
  for (const ApiMethod& method : methods) {
    JsonValue* at = &out;
    for (const std::string& resource : method.resources) at = &(*at)["resources"][resource];
    (*at)["methods"][method.name] = MethodValue(method, comments);
  }
  const SchemaWriter writer(SchemaWriter::Dialect::kDiscovery, comments);
  for (const Descriptor* type : SchemasOf(methods)) {
    JsonValue& schema = out["schemas"][type->name()];
    schema["id"] = type->name();
    schema["description"] = comments.Of(*type);
    schema["type"] = "object";
    schema["properties"] = JsonValue();
    for (const FieldDescriptor* field : PropertiesOf(*type, methods)) {
      schema["properties"][field->json_name()] = writer.Property(*field);
    }
  }
  return out;
}

}  // namespace zerotouch::wire
