// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_FIELD_TABLE_H_
#define ZEROTOUCH_JSON_FIELD_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace zerotouch::json {

// The JSON form of a message type (protobuf.dev "ProtoJSON format").
enum class Form {
  kObject,     // an object of its fields
  kAny,        // an object of another type's fields beside `@type`
  kTimestamp,  // a string, as kDuration and kFieldMask
  kDuration,
  kFieldMask,
  kWrapper,    // google.protobuf.Int32Value and the like: the bare value
  kStruct,     // any object
  kValue,      // any value; read only inside of a Struct, as is kListValue
  kListValue,  // any list
};

struct FieldTable;

// A field of a message type, with what the parser and the writer need to know.
struct Field {
  const google::protobuf::FieldDescriptor* descriptor = nullptr;
  // As the descriptor has them, which looks them up.
  int number = 0;
  google::protobuf::FieldDescriptor::Type type{};
  google::protobuf::FieldDescriptor::CppType cpp_type{};
  const FieldTable* message = nullptr;  // of its message type; null for scalar fields
  uint64_t oneof_bit = 0;               // identifies its oneof in the message; 0: no oneof
  bool is_repeated = false;             // a list; not a map
  bool is_map = false;
  std::string quoted_name;  // `"deviceId":`
};

// The fields of one message type.
struct FieldTable {
  Form form = Form::kObject;
  std::vector<Field> fields;  // in the order of the .proto
  bool is_in_order = true;    // which is that of their numbers

  // Returns the field called `name`, in lowerCamelCase or as in the .proto; null if
  // the type has no such field.
  const Field* Find(std::string_view name) const;
  // Returns the field with the number, or null.
  const Field* Find(int number) const {
    const auto at = static_cast<size_t>(number);
    return at < numbers.size() ? numbers[at] : nullptr;
  }

  std::vector<std::pair<std::string_view, const Field*>> names;
  std::vector<const Field*> numbers;  // by number; null where there is no field
};

// Returns the table of `descriptor`. Builds it at first use and keeps it: the
// descriptor must live as long as the process, as generated ones do. Thread-safe.
const FieldTable& TableOf(const google::protobuf::Descriptor& descriptor);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_FIELD_TABLE_H_
