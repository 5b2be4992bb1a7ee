// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_WELL_KNOWN_H_
#define ZEROTOUCH_JSON_WELL_KNOWN_H_

#include <memory>
#include <string>
#include <string_view>

#include "google/protobuf/message.h"

// Message types whose JSON form is a string, and the content of an Any.
namespace zerotouch::json {

// Sets `message`, a generated Timestamp, Duration or FieldMask, from its text:
// RFC 3339 of the years 1 to 9999 with any offset and up to nine digits of
// fraction; seconds with up to nine digits of fraction and an `s`; paths joined
// by commas, in lowerCamelCase or as in the .proto. Returns false if the text is
// invalid; the content of `message` is then unspecified.
bool ReadText(std::string_view text, google::protobuf::Message& message);

// Returns the text of `message`, a generated Timestamp, Duration or FieldMask.
std::string WriteText(const google::protobuf::Message& message);

// Returns an empty message of the type that `type_url` (`type.googleapis.com/…`)
// names; null if that type is not compiled into this program.
std::unique_ptr<google::protobuf::Message> NewFromTypeUrl(std::string_view type_url);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_WELL_KNOWN_H_
