// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_MESSAGE_OUTLINE_H_
#define ZEROTOUCH_WIRE_GRPC_MESSAGE_OUTLINE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "google/protobuf/descriptor.h"

namespace zerotouch::wire::grpc {

// Counts what a serialized message holds, before it is parsed: two bytes can
// describe an item that takes a hundred.
struct MessageOutline {
  size_t items = 0;          // in the list of messages, if the type has one
  size_t message_bytes = 0;  // about what the parsed message takes
  size_t items_bytes = 0;    // those of the items
  size_t item_bytes = 0;     // those of the largest item
  // The fields besides the list that have a single number, serialized: enough to
  // check the caller's right to a batch.
  std::string numbers;
};

// Returns the outline of `bytes`, a serialized `type`, and stops where it has more
// than `most_items`. Returns nullopt if the bytes are malformed: lengths, groups that
// do not match, or nesting deeper than the protobuf library accepts.
std::optional<MessageOutline> OutlineOf(std::string_view bytes,
                                        const google::protobuf::Descriptor& type,
                                        size_t most_items);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_MESSAGE_OUTLINE_H_
