// SPDX-License-Identifier: Apache-2.0
#include "wire/describe/schema_writer.h"

#include <string>
#include <utility>

#include "google/protobuf/descriptor.pb.h"

namespace zerotouch::wire {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

namespace {

constexpr char kAnyDescription[] = "Properties of the object. Contains field @type with type URL.";

// Sets the type of a field that holds neither a message nor an enum.
void SetScalar(const FieldDescriptor& field, JsonValue& out) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return SchemaWriter::SetType("boolean", "", out);
    case FieldDescriptor::TYPE_INT32:
      return SchemaWriter::SetType("integer", "int32", out);
    case FieldDescriptor::TYPE_UINT32:
      return SchemaWriter::SetType("integer", "uint32", out);
    case FieldDescriptor::TYPE_INT64:
      return SchemaWriter::SetType("string", "int64", out);
    case FieldDescriptor::TYPE_UINT64:
      return SchemaWriter::SetType("string", "uint64", out);
    case FieldDescriptor::TYPE_DOUBLE:
      return SchemaWriter::SetType("number", "double", out);
    case FieldDescriptor::TYPE_FLOAT:
      return SchemaWriter::SetType("number", "float", out);
    case FieldDescriptor::TYPE_BYTES:
      return SchemaWriter::SetType("string", "byte", out);
    default:
      return SchemaWriter::SetType("string", "", out);
  }
}

}  // namespace

void SchemaWriter::SetType(std::string_view type, std::string_view format, JsonValue& out) {
  out["type"] = std::string(type);
  if (!format.empty()) out["format"] = std::string(format);
}

void SchemaWriter::SetReference(const Descriptor& type, JsonValue& out) const {
  out["$ref"] = (is_openapi() ? "#/components/schemas/" : "") + type.name();
}

void SchemaWriter::SetEnum(const EnumDescriptor& type, JsonValue& out) const {
  SetType("string", "", out);
  JsonValue names = JsonValue::List();
  JsonValue descriptions = JsonValue::List();
  for (int i = 0; i < type.value_count(); ++i) {
    names.Add(type.value(i)->name());
    descriptions.Add(comments_.Of(*type.value(i)));
  }
  out["enum"] = std::move(names);
  if (!is_openapi()) out["enumDescriptions"] = std::move(descriptions);
}

void SchemaWriter::SetAny(JsonValue& out) const {
  SetType("object", "", out);
  if (is_openapi()) {
    out["properties"]["@type"]["type"] = "string";
    out["additionalProperties"] = true;
  } else {
    out["additionalProperties"]["description"] = kAnyDescription;
    out["additionalProperties"]["type"] = "any";
  }
}

void SchemaWriter::SetMessage(const Descriptor& type, JsonValue& out) const {
  switch (type.well_known_type()) {
    case Descriptor::WELLKNOWNTYPE_TIMESTAMP:
      return SetType("string", is_openapi() ? "date-time" : "google-datetime", out);
    case Descriptor::WELLKNOWNTYPE_DURATION:
      return SetType("string", is_openapi() ? "" : "google-duration", out);
    case Descriptor::WELLKNOWNTYPE_FIELDMASK:
      return SetType("string", is_openapi() ? "" : "google-fieldmask", out);
    case Descriptor::WELLKNOWNTYPE_ANY:
      return SetAny(out);
    case Descriptor::WELLKNOWNTYPE_STRUCT:
      SetType("object", "", out);
      if (is_openapi()) {
        out["additionalProperties"] = true;
      } else {
        out["additionalProperties"]["type"] = "any";
      }
      return;
    default:
      return SetReference(type, out);
  }
}

void SchemaWriter::SetValue(const FieldDescriptor& field, JsonValue& out) const {
  if (field.type() == FieldDescriptor::TYPE_MESSAGE) return SetMessage(*field.message_type(), out);
  if (field.type() == FieldDescriptor::TYPE_ENUM) return SetEnum(*field.enum_type(), out);
  SetScalar(field, out);
}

JsonValue SchemaWriter::Property(const FieldDescriptor& field) const {
  JsonValue out;
  const std::string description = comments_.Of(field);
  if (!description.empty()) out["description"] = description;
  if (description.starts_with("Output only.")) out["readOnly"] = true;
  if (field.options().deprecated()) out["deprecated"] = true;
  if (field.is_map()) {
    SetType("object", "", out);
    SetValue(*field.message_type()->field(1), out["additionalProperties"]);
  } else if (field.is_repeated()) {
    SetType("array", "", out);
    SetValue(field, out["items"]);
  } else if (is_openapi() && field.message_type() != nullptr && !out.is_empty()) {
    // OpenAPI 3.0 ignores all members beside a `$ref`.
    out["allOf"] = JsonValue::List();
    SetValue(field, out["allOf"].Add(JsonValue()));
  } else {
    SetValue(field, out);
  }
  return out;
}

}  // namespace zerotouch::wire
