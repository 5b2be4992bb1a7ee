// SPDX-License-Identifier: Apache-2.0
#include "wire/describe/discovery_document.h"

#include <fmt/format.h>

#include "google/protobuf/descriptor.pb.h"

namespace zerotouch::wire {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

namespace {

constexpr char kName[] = "androiddeviceprovisioning";
constexpr char kAnyDescription[] = "Properties of the object. Contains field @type with type URL.";

void SetType(std::string_view type, std::string_view format, JsonValue& out) {
  if (!format.empty()) out["format"] = std::string(format);
  out["type"] = std::string(type);
}

void SetEnum(const EnumDescriptor& type, const ApiComments& comments, JsonValue& out) {
  JsonValue names = JsonValue::List();
  JsonValue descriptions = JsonValue::List();
  for (int i = 0; i < type.value_count(); ++i) {
    names.Add(type.value(i)->name());
    descriptions.Add(comments.Of(*type.value(i)));
  }
  out["enum"] = std::move(names);
  out["enumDescriptions"] = std::move(descriptions);
  out["type"] = "string";
}

void SetMessage(const Descriptor& type, JsonValue& out) {
  switch (type.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return SetType("string", "google-datetime", out);
    case Descriptor::WELLKNOWNTYPE_DURATION:
      return SetType("string", "google-duration", out);
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return SetType("string", "google-fieldmask", out);
    case Descriptor::WELLKNOWNTYPE_ANY:
      out["additionalProperties"]["description"] = kAnyDescription;
      out["additionalProperties"]["type"] = "any";
      out["type"] = "object";
      return;
    default:
      out["$ref"] = type.name();
  }
}

// The type of one value of `field`.
void SetValue(const FieldDescriptor& field, const ApiComments& comments, JsonValue& out) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_MESSAGE:
      return SetMessage(*field.message_type(), out);
    case FieldDescriptor::TYPE_ENUM:
      return SetEnum(*field.enum_type(), comments, out);
    default: {
      const auto [type, format] = JsonTypeOf(field);
      return SetType(type, format, out);
    }
  }
}

JsonValue Property(const FieldDescriptor& field, const ApiComments& comments) {
  JsonValue out;
  const std::string description = comments.Of(field);
  if (!description.empty()) out["description"] = description;
  if (description.starts_with("Output only.")) out["readOnly"] = true;
  if (field.options().deprecated()) out["deprecated"] = true;
  if (field.is_map()) {
    SetValue(*field.message_type()->field(1), comments, out["additionalProperties"]);
    out["type"] = "object";
  } else if (field.is_repeated()) {
    SetValue(field, comments, out["items"]);
    out["type"] = "array";
  } else {
    SetValue(field, comments, out);
  }
  return out;
}

JsonValue Parameter(const ApiParameter& parameter, const ApiComments& comments) {
  JsonValue out;
  const std::string description = comments.Of(*parameter.field);
  if (!description.empty()) out["description"] = description;
  SetValue(*parameter.field, comments, out);
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

// A system parameter that every method takes.
struct SystemParameter {
  const char* name;
  const char* type;
  const char* description;
  const char* standard = "";  // the default
  std::vector<std::pair<const char*, const char*>> values = {};
};

JsonValue SystemParameters() {
  const SystemParameter all[] = {
      {"$.xgafv",
       "string",
       "Format of errors.",
       "",
       {{"1", "with `errors`, as older APIs have it"}, {"2", "as AIP-193 says"}}},
      {"access_token", "string", "An OAuth access token, in place of the Authorization header."},
      {"alt",
       "string",
       "Format of answers.",
       "json",
       {{"json", "JSON"},
        {"media", "not for any method of this API"},
        {"proto", "not served by this server"}}},
      {"callback", "string", "A function that the answer is to be passed to (JSONP)."},
      {"fields", "string", "Which fields of the answer are wanted."},
      {"key", "string", "An API key. Recognised, and without effect."},
      {"oauth_token", "string", "The same as access_token."},
      {"prettyPrint", "boolean", "Whether answers are indented.", "true"},
      {"quotaUser", "string", "Recognised, and without effect."},
      {"uploadType", "string", "Recognised, and without effect."},
      {"upload_protocol", "string", "Recognised, and without effect."},
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
  // Generated clients name their classes by this.
  out["canonicalName"] = "Android Provisioning Partner";
  out["title"] = "Android Device Provisioning Partner API";
  out["description"] = "Zero-touch enrolment of Android devices, by OpenZeroTouch.";
  out["documentationLink"] = "https://developers.google.com/zero-touch/";
  out["ownerDomain"] = "google.com";
  out["ownerName"] = "Google";
  out["protocol"] = "rest";
  out["revision"] = "20250331";
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
  for (const Descriptor* type : SchemasOf(methods)) {
    JsonValue& schema = out["schemas"][type->name()];
    schema["id"] = type->name();
    schema["description"] = comments.Of(*type);
    schema["type"] = "object";
    schema["properties"] = JsonValue();
    for (const FieldDescriptor* field : PropertiesOf(*type, methods)) {
      schema["properties"][field->json_name()] = Property(*field, comments);
    }
  }
  return out;
}

}  // namespace zerotouch::wire
