// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_JSON_H_
#define ZEROTOUCH_JSON_JSON_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/violation.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

// Reads and writes proto3 JSON as Google's front end does (protobuf.dev "ProtoJSON
// format"), without a tree between text and message.
namespace zerotouch::json {

struct ParseOptions {
  // For clients: a newer server may send fields that this build does not know.
  bool ignore_unknown_fields = false;
  // A list of messages of the type that is parsed, whose elements are not added to it: `take` is
  // called with each, serialized as protobuf would, as soon as it is read. Null: none. `take` is
  // called with elements that have violations too.
  const google::protobuf::FieldDescriptor* taken = nullptr;
  std::function<void(std::string_view element)> take = nullptr;
};

// Parses `text`, one JSON object, and merges it into `message`. An empty or blank
// text is read as `{}`. Does not change the bytes of `text`, but its capacity may
// grow by a few dozen bytes of padding. Returns the violations in the order of the
// text, at most limits::kReportedViolations; empty on success. If there are any, the
// content of `message` is unspecified.
//
// Accepts what Google accepts: lowerCamelCase and snake_case names; int64 as
// string or number; a bare value for a repeated field; null as "not given".
// Refuses unknown fields, values of the wrong type, oneofs set twice, invalid
// UTF-8, text after the object, and nesting deeper than limits::kJsonDepth.
std::vector<Violation> Parse(std::string& text, google::protobuf::Message& message,
                             const ParseOptions& options = {});

// Sets the field that `path` names (`page_size`, `configuration.name`;
// lowerCamelCase accepted) from the text of a URL variable or query parameter.
// Appends one element to a repeated field. Returns the violations; empty on success.
std::vector<Violation> BindText(std::string_view path, std::string_view text,
                                google::protobuf::Message& message);

class Selection;

struct WriteOptions {
  bool pretty = true;  // two spaces of indentation, one field a line
  int depth = 0;       // nesting of the text within a larger one, for indentation
  // The fields to write; null: all. Must outlive the call.
  const Selection* selection = nullptr;
};

// Appends `message` as a JSON object, without a newline at the end. Omits fields
// with default values, writes the fields of an Any beside `@type`, int64 as strings,
// and maps sorted by key.
void Append(const google::protobuf::Message& message, const WriteOptions& options,
            std::string& out);

// Appends the elements of `list` that `wire`, a serialized message of its type, has: a comma and
// white space before each, but no comma before the first one if `is_first`. The options are those
// of the elements.
void AppendElements(std::string_view wire, const google::protobuf::FieldDescriptor& list,
                    const WriteOptions& options, bool is_first, std::string& out);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_JSON_H_
