// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/message_parts.h"

#include <limits>
#include <utility>

#include "base/status_macros.h"
#include "errors/errors.h"
#include "wire/grpc/message.h"
#include "wire/grpc/status.h"

namespace zerotouch::wire::grpc {
namespace {

using google::protobuf::Message;

class PartsSource final : public http::BodySource {
 public:
  // `bytes` is the measured size of all parts.
  PartsSource(std::unique_ptr<MessageParts> parts, std::string head, size_t bytes)
      : parts_(std::move(parts)), head_(std::move(head)), left_(bytes) {}

  absl::StatusOr<bool> Next(std::string& out) override {
    out += std::exchange(head_, {});
    ZT_ASSIGN_OR_RETURN(const Message* part, parts_->Next());
    const size_t size = part == nullptr ? 0 : part->ByteSizeLong();
    if (size > left_ || (part == nullptr && left_ > 0)) {
      return absl::DataLossError("the answer's content changed while it was sent");
    }
    left_ -= size;
    if (part != nullptr) part->AppendToString(&out);
    return part != nullptr;
  }

  http::Headers Trailers() override { return StatusFields(absl::OkStatus()); }

 private:
  const std::unique_ptr<MessageParts> parts_;
  std::string head_;
  size_t left_;
};

}  // namespace

absl::StatusOr<http::Response> PartsResponse(std::unique_ptr<MessageParts> parts, size_t held,
                                             const std::function<std::string(size_t)>& head) {
  http::Response response;
  response.headers = BeginningFields();
  response.trailers = StatusFields(absl::OkStatus());
  size_t bytes = 0;
  std::string text;
  while (true) {
    ZT_ASSIGN_OR_RETURN(const Message* part, parts->Next());
    if (part == nullptr) break;
    bytes += part->ByteSizeLong();
    if (bytes <= held) part->AppendToString(&text);
  }
  const std::string beginning = head(bytes);
  const size_t whole = beginning.size() + bytes;
  if (whole > std::numeric_limits<uint32_t>::max()) return errors::Internal();
  std::string framed;
  AppendFrameHead(static_cast<uint32_t>(whole), framed);
  framed += beginning;
  if (bytes <= held) {
    response.body = framed + text;
    return response;
  }
  parts->Restart();
  response.stream = std::make_unique<PartsSource>(std::move(parts), std::move(framed), bytes);
  return response;
}

}  // namespace zerotouch::wire::grpc
