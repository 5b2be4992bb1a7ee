// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_VIOLATIONS_H_
#define ZEROTOUCH_JSON_VIOLATIONS_H_

#include <string>
#include <string_view>

#include "base/violation.h"
#include "google/protobuf/descriptor.h"
#include "json/scalar.h"

// What Google's front end says of a wrong value, word for word where that is
// known. `path` is the proto path of the field, or of the message that a name
// stands in; empty for the whole body.
namespace zerotouch::json {

// Where in the message reading stands: a chain of steps from the innermost
// outwards, kept on the stack and put into words only when something is wrong.
struct Path {
  const Path* parent = nullptr;
  const google::protobuf::FieldDescriptor* field = nullptr;
  int index = -1;  // of the element of a list or map; -1: the field as a whole
};

// `unclaims[3].device_identifier`; empty for null.
std::string PathText(const Path* path);

// `value` as it is shown to the caller: a string in quotes, all cut if long.
std::string Shown(const Scalar& value);

Violation InvalidValue(std::string path, const google::protobuf::FieldDescriptor& field,
                       std::string_view what);
Violation OneofSetTwice(std::string path, const google::protobuf::FieldDescriptor& field);
Violation UnknownName(std::string path, std::string_view name, std::string_view why);
Violation RepeatedKey(std::string path, std::string_view key);
Violation UnknownParameter(std::string_view name);

// The text is no JSON: `what` is wrong at its byte `offset`.
Violation Malformed(std::string_view what, size_t offset);

inline constexpr std::string_view kNoSuchField = "Cannot find field.";
inline constexpr std::string_view kNotAList = "Proto field is not repeating, cannot start list.";
inline constexpr std::string_view kNotAMessage = "Root element must be a message.";
inline constexpr std::string_view kObjectForScalar = "Starting an object on a scalar field";
inline constexpr std::string_view kMapExpected = "An object is expected";
inline constexpr std::string_view kNoJsonForm = "This type cannot be given";
inline constexpr std::string_view kNoTypeUrl =
    "Missing or invalid @type for any field in google.protobuf.Any";

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_VIOLATIONS_H_
