// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_MESSAGE_H_
#define ZEROTOUCH_WIRE_GRPC_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// Messages as gRPC frames them: whether it is compressed, four bytes of length,
// the message ("gRPC over HTTP2", Length-Prefixed-Message).
namespace zerotouch::wire::grpc {

inline constexpr size_t kFrameHeadBytes = 5;

// The head of a message of so many bytes, not compressed.
void AppendFrameHead(uint32_t message_bytes, std::string& out);

// How a message is unpacked.
struct Unpacking {
  std::string_view encoding;           // the grpc-encoding field
  size_t limit = 0;                    // bytes of a message
  std::function<bool(uint64_t)> hold;  // as http::Request::hold
};

// The next message, taken off the front of `bytes`; nullopt if not all of it is
// there. errors::BodyTooLarge, errors::UnsupportedMessageEncoding,
// errors::BadRequest if it is not what its head says. `unpacked` gets the text
// of a compressed message, and must live as long as the result.
absl::StatusOr<std::optional<std::string_view>> TakeMessage(std::string_view& bytes,
                                                            const Unpacking& unpacking,
                                                            std::string& unpacked);

// The one message of `body`; errors::BadRequest if there is none, or more.
absl::StatusOr<std::string_view> OnlyMessage(std::string_view body, const Unpacking& unpacking,
                                             std::string& unpacked);

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_MESSAGE_H_
