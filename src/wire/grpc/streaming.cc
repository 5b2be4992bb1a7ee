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

// The output of one call of Next after which it leaves further messages to the next
// call. A client can ask a thousand times for what it does not read.
constexpr size_t kMostOutBytes = 100'000;

}  // namespace

http::Headers StreamingCall::Header() const { return BeginningFields(accepts_gzip_); }

http::Headers StreamingCall::Trailers() {
  return StatusFields(status_.ok() ? status_ : PublicError(status_));
}

bool StreamingCall::Next(const Input& input, std::string& out) {
  ended_ = ended_ || input.ended;
  status_ = TakeMessages(input, out);
  if (!status_.ok()) return false;
  if (has_more_ && !input.stopping) return true;
  OnQuiet(input, out);
  if (input.stopping) {
    status_ = errors::Unavailable("it is shutting down");
    return false;
  }
  return !ended_ || OutlastsRequest();
}

absl::Status StreamingCall::TakeMessages(const Input& input, std::string& out) {
  pending_ += input.bytes;
  has_more_ = false;
  const size_t before = out.size();
  std::string_view rest = pending_;
  const Unpacking unpacking{.encoding = encoding_, .limit = kStreamedMessageBytes, .hold = nullptr};
  std::string unpacked;
  while (!has_more_) {
    ZT_ASSIGN_OR_RETURN(const std::optional<std::string_view> message,
                        TakeMessage(rest, unpacking, unpacked));
    if (!message.has_value()) break;
    ZT_RETURN_IF_ERROR(OnMessage(*message, out));
    has_more_ = out.size() - before >= kMostOutBytes && !rest.empty();
  }
  pending_.erase(0, pending_.size() - rest.size());
  if (ended_ && !has_more_ && !pending_.empty()) {
    return errors::BadRequest({{"", "The request's message is cut short."}});
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::wire::grpc
