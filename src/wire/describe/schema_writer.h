// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_DESCRIBE_SCHEMA_WRITER_H_
#define ZEROTOUCH_WIRE_DESCRIBE_SCHEMA_WRITER_H_

#include <string_view>

#include "google/protobuf/descriptor.h"
#include "wire/describe/api_comments.h"
#include "wire/describe/json_value.h"

namespace zerotouch::wire {

// Writes the types of the API as JSON schemas, in the dialect of one of the
// documents. `comments` must outlive it.
class SchemaWriter {
 public:
  enum class Dialect { kDiscovery, kOpenApi };

  SchemaWriter(Dialect dialect, const ApiComments& comments)
      : dialect_(dialect), comments_(comments) {}

  // Sets the JSON type and, unless it is empty, the format.
  static void SetType(std::string_view type, std::string_view format, JsonValue& out);

  // Sets the reference to the schema of `type`.
  void SetReference(const google::protobuf::Descriptor& type, JsonValue& out) const;

  // Sets the type of a single value of `field`.
  void SetValue(const google::protobuf::FieldDescriptor& field, JsonValue& out) const;

  // Returns the schema of `field` as a property of its message.
  JsonValue Property(const google::protobuf::FieldDescriptor& field) const;

 private:
  bool is_openapi() const { return dialect_ == Dialect::kOpenApi; }
  void SetEnum(const google::protobuf::EnumDescriptor& type, JsonValue& out) const;
  void SetMessage(const google::protobuf::Descriptor& type, JsonValue& out) const;
  void SetAny(JsonValue& out) const;

  const Dialect dialect_;
  const ApiComments& comments_;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_DESCRIBE_SCHEMA_WRITER_H_
