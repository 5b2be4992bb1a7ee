// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cctype>

#include "google/protobuf/descriptor.pb.h"
#include "wire/describe/discovery_document.h"

namespace zerotouch::wire {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

std::string SchemaPath(const std::string& name) { return "#/components/schemas/" + name; }

void SetSchemaType(std::string_view type, std::string_view format, JsonValue& out) {
  out["type"] = std::string(type);
  if (!format.empty()) out["format"] = std::string(format);
}

void SetSchemaMessage(const Descriptor& type, JsonValue& out) {
  switch (type.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return SetSchemaType("string", "date-time", out);
    case Descriptor::WELLKNOWNTYPE_DURATION:
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return SetSchemaType("string", "", out);
    case Descriptor::WELLKNOWNTYPE_ANY:
      out["type"] = "object";
      out["properties"]["@type"]["type"] = "string";
      out["additionalProperties"] = true;
      return;
    default:
      out["$ref"] = SchemaPath(type.name());
  }
}

void SetSchemaValue(const FieldDescriptor& field, JsonValue& out) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_MESSAGE:
      return SetSchemaMessage(*field.message_type(), out);
    case FieldDescriptor::TYPE_ENUM:
      out["type"] = "string";
      out["enum"] = JsonValue::List();
      for (int i = 0; i < field.enum_type()->value_count(); ++i) {
        out["enum"].Add(field.enum_type()->value(i)->name());
      }
      return;
    default: {
      const auto [type, format] = JsonTypeOf(field);
      return SetSchemaType(type, format, out);
    }
  }
}

JsonValue SchemaProperty(const FieldDescriptor& field, const ApiComments& comments) {
  JsonValue out;
  const std::string description = comments.Of(field);
  JsonValue value;
  if (field.is_map()) {
    value["type"] = "object";
    SetSchemaValue(*field.message_type()->field(1), value["additionalProperties"]);
  } else if (field.is_repeated()) {
    value["type"] = "array";
    SetSchemaValue(field, value["items"]);
  } else if (field.message_type() != nullptr && !description.empty()) {
    // Beside a `$ref` nothing else counts.
    out["allOf"] = JsonValue::List();
    SetSchemaValue(field, out["allOf"].Add(JsonValue()));
  } else {
    SetSchemaValue(field, value);
  }
  if (!value.is_empty()) out = std::move(value);
  if (!description.empty()) out["description"] = description;
  if (description.starts_with("Output only.")) out["readOnly"] = true;
  if (field.options().deprecated()) out["deprecated"] = true;
  return out;
}

JsonValue SchemaParameter(std::string_view name, std::string_view place) {
  JsonValue out;
  out["name"] = std::string(name);
  out["in"] = std::string(place);
  if (place == "path") out["required"] = true;
  return out;
}

// One parameter for each `{...}` of the path: OpenAPI has none that spans segments.
void AddPathParameters(const std::string& flat_path, JsonValue& list) {
  for (size_t at = 0; (at = flat_path.find('{', at)) != std::string::npos; ++at) {
    JsonValue parameter =
        SchemaParameter(flat_path.substr(at + 1, flat_path.find('}', at) - at - 1), "path");
    parameter["schema"]["type"] = "string";
    list.Add(std::move(parameter));
  }
}

void SetContent(const Descriptor& type, JsonValue& out) {
  out["content"]["application/json"]["schema"]["$ref"] = SchemaPath(type.name());
}

JsonValue Operation(const ApiMethod& method, const ApiComments& comments) {
  JsonValue out;
  out["description"] = comments.Of(*method.method);
  std::string id;
  for (const std::string& resource : method.resources) id += resource + ".";
  out["operationId"] = id + method.name;
  out["parameters"] = JsonValue::List();
  AddPathParameters(method.flat_path, out["parameters"]);
  for (const ApiParameter& parameter : method.query_parameters) {
    JsonValue value = SchemaParameter(parameter.name, "query");
    const std::string description = comments.Of(*parameter.field);
    if (!description.empty()) value["description"] = description;
    SetSchemaValue(*parameter.field, value["schema"]);
    out["parameters"].Add(std::move(value));
  }
  if (method.request != nullptr) SetContent(*method.request, out["requestBody"]);
  out["responses"]["200"]["description"] = "It is done.";
  SetContent(*method.method->output_type(), out["responses"]["200"]);
  out["responses"]["default"]["description"] = "An error (AIP-193).";
  out["responses"]["default"]["content"]["application/json"]["schema"]["$ref"] =
      SchemaPath("Error");
  return out;
}

// The envelope in which errors come, which is no message of the API.
JsonValue ErrorSchema() {
  JsonValue out;
  out["type"] = "object";
  JsonValue& error = out["properties"]["error"];
  error["type"] = "object";
  SetSchemaType("integer", "int32", error["properties"]["code"]);
  SetSchemaType("string", "", error["properties"]["message"]);
  SetSchemaType("string", "", error["properties"]["status"]);
  JsonValue& details = error["properties"]["details"];
  details["type"] = "array";
  details["items"]["type"] = "object";
  details["items"]["additionalProperties"] = true;
  return out;
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

JsonValue OpenApiDocument(const std::vector<ApiMethod>& methods, const ApiComments& comments,
                          const std::string& root_url) {
  JsonValue out;
  out["openapi"] = "3.0.3";
  out["info"]["title"] = "Android Device Provisioning Partner API";
  out["info"]["description"] = "Zero-touch enrolment of Android devices, by OpenZeroTouch.";
  out["info"]["version"] = "v1";
  out["servers"] = JsonValue::List();
  JsonValue server;
  server["url"] = root_url;
  out["servers"].Add(std::move(server));
  JsonValue bearer;
  bearer["bearer"] = JsonValue::List();
  out["security"] = JsonValue::List();
  out["security"].Add(std::move(bearer));
  for (const ApiMethod& method : methods) {
    out["paths"]["/" + method.flat_path][Lower(method.http_method)] = Operation(method, comments);
  }
  JsonValue& components = out["components"];
  components["securitySchemes"]["bearer"]["type"] = "http";
  components["securitySchemes"]["bearer"]["scheme"] = "bearer";
  for (const Descriptor* type : SchemasOf(methods)) {
    JsonValue& schema = components["schemas"][type->name()];
    schema["type"] = "object";
    schema["description"] = comments.Of(*type);
    for (const FieldDescriptor* field : PropertiesOf(*type, methods)) {
      schema["properties"][field->json_name()] = SchemaProperty(*field, comments);
    }
  }
  components["schemas"]["Error"] = ErrorSchema();
  return out;
}

}  // namespace zerotouch::wire
