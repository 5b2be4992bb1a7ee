// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/streaming.h"

#include <optional>

#include "base/status_macros.h"
#include "errors/errors.h"
#include "wire/grpc/status.h"
#include "wire/public_error.h"

namespace zerotouch::wire::grpc {
namespace {

// The limit of a message of a streaming request, which holds only names.
constexpr size_t kStreamedMessageBytes = size_t{64} << 10;

}  // namespace

http::Headers StreamingCall::Header() const { return BeginningFields(); }

http::Headers StreamingCall::Trailers() {
  return StatusFields(status_.ok() ? status_ : PublicError(status_));
}

bool StreamingCall::Next(const Input& input, std::string& out) {
  status_ = TakeMessages(input, out);
  if (!status_.ok()) return false;
  OnQuiet(input, out);
  if (input.stopping) {
    status_ = errors::Unavailable("it is shutting down");
    return false;
  }
  return !input.ended || OutlastsRequest();
}

absl::Status StreamingCall::TakeMessages(const Input& input, std::string& out) {
  pending_ += input.bytes;
  std::string_view rest = pending_;
  const Unpacking unpacking{.encoding = encoding_, .limit = kStreamedMessageBytes, .hold = nullptr};
  std::string unpacked;
  while (true) {
    ZT_ASSIGN_OR_RETURN(const std::optional<std::string_view> message,
                        TakeMessage(rest, unpacking, unpacked));
    if (!message.has_value()) break;
    ZT_RETURN_IF_ERROR(OnMessage(*message, out));
  }
  pending_.erase(0, pending_.size() - rest.size());
  if (input.ended && !pending_.empty()) {
    return errors::BadRequest({{"", "The request's message is cut short."}});
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::wire::grpc
