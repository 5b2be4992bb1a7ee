// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_WELL_KNOWN_H_
#define ZEROTOUCH_JSON_WELL_KNOWN_H_

#include <memory>
#include <string>
#include <string_view>

#include "google/protobuf/message.h"

// The message types that stand as text in JSON, and what is in an Any.
namespace zerotouch::json {

// Fills `message`, a generated Timestamp, Duration or FieldMask, from its text:
// RFC 3339 of the years 1 to 9999 with any offset and up to nine digits of
// fraction; seconds with up to nine digits of fraction and an `s`; paths joined
// by commas, in lowerCamelCase or as in the .proto. False if it is not that;
// the message's content is then unspecified.
bool ReadText(std::string_view text, google::protobuf::Message& message);

// The text of `message`, a generated Timestamp, Duration or FieldMask.
std::string WriteText(const google::protobuf::Message& message);

// An empty message of the type that `type_url` (`type.googleapis.com/…`) names;
// null if it is not among the types compiled into this program.
std::unique_ptr<google::protobuf::Message> NewFromTypeUrl(std::string_view type_url);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_WELL_KNOWN_H_
