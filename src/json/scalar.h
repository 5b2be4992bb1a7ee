// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_SCALAR_H_
#define ZEROTOUCH_JSON_SCALAR_H_

#include <string_view>

#include "json/field_table.h"
#include "json/wire_writer.h"

namespace zerotouch::json {

// A JSON value other than an object or an array.
struct Scalar {
  enum class Kind { kNull, kBool, kNumber, kString };
  Kind kind = Kind::kNull;
  std::string_view text;  // as in the JSON; for a string, its content
};

enum class Stored {
  kYes,
  kNo,           // the value does not have the field's type
  kUnknownName,  // a string that is not a name of the field's enum
};

// Writes `scalar`, which must not be null, as the value of `field`, or as an element of
// a repeated field. A number may be quoted. It must have JSON's form, within quotes too,
// and be whole and in range for integer types. Strings must be UTF-8.
Stored Store(const Scalar& scalar, const Field& field, WireWriter& message);

// Writes `message`, of the type of `table`, whose JSON form must be a scalar:
// Timestamp, Duration, FieldMask, wrappers.
Stored StoreMessage(const Scalar& scalar, const FieldTable& table, WireWriter& message);

// Returns true if `text` is a JSON number (RFC 8259 section 6).
bool IsJsonNumber(std::string_view text);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_SCALAR_H_
