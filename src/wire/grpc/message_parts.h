// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_MESSAGE_PARTS_H_
#define ZEROTOUCH_WIRE_GRPC_MESSAGE_PARTS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "http/http.h"

namespace zerotouch::wire::grpc {

// The parts of a message, read one after the other: concatenated serialized messages
// are one message. Not thread-safe.
class MessageParts {
 public:
  virtual ~MessageParts() = default;
  // Replaces `part` by the next part, serialized. At the end clears it and returns false.
  virtual absl::StatusOr<bool> Next(std::string& part) = 0;
  // Continues with the first part again.
  virtual void Restart() = 0;
};

// Returns the answer that is `message`, compressed as AppendMessage says.
http::Response MessageResponse(const google::protobuf::Message& message, bool accepts_gzip);

// Returns a message that is made of `parts`. If these have more than `held` bytes, it is
// streamed and never held in memory as a whole. Its length stands at its front, so its
// parts are then read twice: once to measure and once to send. If their size is another
// the second time, the answer is cut off. `head` returns what is serialized before the parts, of
// their size in bytes. If the client `accepts_gzip`, the message is compressed, and `held`
// bounds what is compressed. Returns an error of the first pass. Slow: call it from a
// worker thread.
absl::StatusOr<http::Response> PartsResponse(std::unique_ptr<MessageParts> parts, size_t held,
                                             bool accepts_gzip,
                                             const std::function<std::string(size_t)>& head);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_MESSAGE_PARTS_H_
