// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_SCALAR_H_
#define ZEROTOUCH_JSON_SCALAR_H_

#include <string_view>

#include "google/protobuf/message.h"
#include "json/field_table.h"

namespace zerotouch::json {

// A JSON value that is neither object nor list.
struct Scalar {
  enum class Kind { kNull, kBool, kNumber, kString };
  Kind kind = Kind::kNull;
  std::string_view text;  // as it stands in the JSON; of a string, its content
};

enum class Stored {
  kYes,
  kNo,           // the value is not of the field's type
  kUnknownName,  // a string that names no value of the field's enum
};

// Puts `scalar`, which is not null, into `field` of `message`; a repeated field
// gains an element. Numbers may be
// quoted, as long as they are whole for integer types and within their range;
// what JSON says of a number's form holds within quotes too. Strings must be
// UTF-8.
Stored Store(const Scalar& scalar, const Field& field, google::protobuf::Message& message);

// Fills `message`, of the type of `table`, which must stand as a scalar in
// JSON: Timestamp, Duration, FieldMask, wrappers.
Stored StoreMessage(const Scalar& scalar, const FieldTable& table,
                    google::protobuf::Message& message);

// Whether `text` is a number as JSON writes it (RFC 8259, section 6).
bool IsJsonNumber(std::string_view text);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_SCALAR_H_
