// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_TYPE_URL_H_
#define ZEROTOUCH_WIRE_TYPE_URL_H_

#include <string>

namespace zerotouch::wire {

// Returns the type URL of a Message in a google.protobuf.Any.
template <class Message>
const std::string& TypeUrlOf() {
  static const std::string url = "type.googleapis.com/" + Message::descriptor()->full_name();
  return url;
}

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_TYPE_URL_H_
