// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_UNKNOWN_FIELDS_H_
#define ZEROTOUCH_MODEL_UNKNOWN_FIELDS_H_

#include "google/protobuf/message.h"

namespace zerotouch {

// Returns true if `message`, or a message in it, has fields that its type does not
// declare. Such fields come only from protobuf clients. Much cheaper than
// DiscardUnknownFields; does not look into map values.
bool HasUnknownFields(const google::protobuf::Message& message);

// Discards these fields, which no rule and no length limit covers.
inline void DropUnknownFields(google::protobuf::Message& message) {
  if (HasUnknownFields(message)) message.DiscardUnknownFields();
}

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_UNKNOWN_FIELDS_H_
