// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_VIOLATIONS_H_
#define ZEROTOUCH_JSON_VIOLATIONS_H_

#include <string>
#include <string_view>

#include "base/violation.h"
#include "google/protobuf/descriptor.h"
#include "json/scalar.h"

// The texts of violations: those of Google's front end, word for word, where they
// are known. `path` is the proto path of the field, or of the message that contains
// an unknown name; empty for the whole body.
namespace zerotouch::json {

// The position of the parser in the message: a chain of steps, the innermost first,
// on the stack. It is rendered only for a violation.
struct Path {
  const Path* parent = nullptr;
  const google::protobuf::FieldDescriptor* field = nullptr;
  int index = -1;  // of an element of a list or map; -1: the whole field
};

// Returns the text of a path, as in `unclaims[3].device_identifier`. Empty for null.
std::string PathText(const Path* path);

// Returns `value` as it is shown to the caller: strings in quotes, long texts cut.
std::string Shown(const Scalar& value);

Violation InvalidValue(std::string path, const google::protobuf::FieldDescriptor& field,
                       std::string_view what);
Violation OneofSetTwice(std::string path, const google::protobuf::FieldDescriptor& field);
Violation UnknownName(std::string path, std::string_view name, std::string_view why);
Violation RepeatedKey(std::string path, std::string_view key);
Violation UnknownParameter(std::string_view name);

// Returns the violation of a text that is not JSON: `what` at byte `offset`.
Violation Malformed(std::string_view what, size_t offset);

inline constexpr std::string_view kNoSuchField = "Cannot find field.";
inline constexpr std::string_view kNotAList = "Proto field is not repeating, cannot start list.";
inline constexpr std::string_view kNotAMessage = "Root element must be a message.";
inline constexpr std::string_view kObjectForScalar = "Starting an object on a scalar field";
inline constexpr std::string_view kMapExpected = "Expected an object";
inline constexpr std::string_view kNoJsonForm = "This type is not supported";
inline constexpr std::string_view kNoTypeUrl =
    "Missing or invalid @type for any field in google.protobuf.Any";

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_VIOLATIONS_H_
