// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_MESSAGE_H_
#define ZEROTOUCH_WIRE_GRPC_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "batch/stored_request.h"
#include "google/protobuf/message.h"

// Messages as gRPC frames them: a byte that tells if the message is compressed,
// four bytes of length, the message ("gRPC over HTTP2", Length-Prefixed-Message).
namespace zerotouch::wire::grpc {

inline constexpr size_t kFrameHeadBytes = 5;

// Appends the head of a message of this size, as it is sent.
void AppendFrameHead(uint32_t message_bytes, std::string& out, bool is_compressed = false);

// Appends a message with its head; compressed with gzip if the client `accepts_gzip` and
// that makes a message of limits::kCompressedAnswerBytes or more shorter. Returns true if
// it is compressed: grpc-encoding must say so.
bool AppendMessage(const google::protobuf::Message& message, bool accepts_gzip, std::string& out);

// The parameters of unpacking a message.
struct Unpacking {
  std::string_view encoding;           // the grpc-encoding field
  size_t limit = 0;                    // bytes of a message
  std::function<bool(uint64_t)> hold;  // as http::Request::hold
};

// Takes the next message off the front of `bytes`, or returns nullopt if `bytes`
// ends before the message does. `unpacked` holds the text of a compressed message
// and must live as long as the result. Returns errors::BodyTooLarge,
// errors::UnsupportedMessageEncoding, or errors::BadRequest if the message is
// malformed.
absl::StatusOr<std::optional<std::string_view>> TakeMessage(std::string_view& bytes,
                                                            const Unpacking& unpacking,
                                                            std::string& unpacked);

// Returns the only message of `body`, as TakeMessage does, or errors::BadRequest
// if `body` does not hold exactly one.
absl::StatusOr<std::string_view> OnlyMessage(std::string_view body, const Unpacking& unpacking,
                                             std::string& unpacked);

// Returns the error for bytes that are not a serialized `type`.
absl::Status NotA(const google::protobuf::Descriptor& type);

// Parses `bytes` into `message` and drops all fields that its type does not know,
// at every depth: they would pass every check and be stored. Returns
// errors::BadRequest if `bytes` is malformed.
absl::Status ParseMessage(std::string_view bytes, google::protobuf::Message& message);
// The same, but adds the elements of `list`, one by one, to `items` instead of the message.
absl::Status ParseMessage(std::string_view bytes, const google::protobuf::FieldDescriptor& list,
                          google::protobuf::Message& message, batch::PackedItems& items);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_MESSAGE_H_
