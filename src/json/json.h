// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_JSON_H_
#define ZEROTOUCH_JSON_JSON_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/violation.h"

namespace google::protobuf {
class Message;
}

// Proto3 JSON, straight between text and messages, as Google's own front end
// reads and writes it (protobuf.dev "ProtoJSON format").
namespace zerotouch::json {

struct ParseOptions {
  // Client side: a newer server may send fields that this build does not know.
  bool ignore_unknown_fields = false;
};

// Parses `text`, one JSON object, into `message` (merging into what is there).
// `text` keeps its bytes, but its capacity may grow by a few dozen bytes of
// padding. Returns what is wrong: at most limits::kReportedViolations, in the
// order of the text; empty when all is well. When something is wrong the
// message's content is unspecified. An empty or blank text counts as `{}`.
//
// Accepts what Google accepts: lowerCamelCase and snake_case names; int64 as
// string or number; a bare value for a repeated field; null as "not given".
// Refuses unknown fields, values of the wrong type, oneofs set twice, text
// that is not UTF-8, text after the object, nesting beyond limits::kJsonDepth.
std::vector<Violation> Parse(std::string& text, google::protobuf::Message& message,
                             const ParseOptions& options = {});

// Sets the field that `path` names (`page_size`, `configuration.name`;
// lowerCamelCase accepted) from the text of a URL variable or query parameter.
// A repeated field gains one element. Returns what is wrong, empty if nothing.
std::vector<Violation> BindText(std::string_view path, std::string_view text,
                                google::protobuf::Message& message);

class Selection;

struct WriteOptions {
  bool pretty = true;  // two spaces of indentation, one field a line
  int depth = 0;       // nesting at which the text will stand, for indentation
  // Which fields to write; null: all. Must outlive the call.
  const Selection* selection = nullptr;
};

// Appends `message` as a JSON object, without a newline after it. Fields with
// default values are left out; Any holds its type's fields beside `@type`;
// int64 is a string; map keys are sorted.
void Append(const google::protobuf::Message& message, const WriteOptions& options,
            std::string& out);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_JSON_H_
