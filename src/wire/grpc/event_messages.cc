// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/event_messages.h"

#include <memory>
#include <string>
#include <utility>

#include "base/limits.h"
#include "errors/errors.h"
#include "google/protobuf/message.h"
#include "wire/grpc/message.h"
#include "wire/grpc/status.h"
#include "wire/public_error.h"

namespace zerotouch::wire::grpc {
namespace {

class EventMessages final : public http::BodySource {
 public:
  explicit EventMessages(service::EventAnswer answer) : answer_(std::move(answer)) {}

  absl::StatusOr<bool> Next(std::string& out) override {
    constexpr size_t kPiece = size_t{32} << 10;
    const size_t before = out.size();
    while (out.size() - before < kPiece) {
      const std::unique_ptr<google::protobuf::Message> event = answer_.events->Next();
      if (event == nullptr) break;
      AppendMessage(*event, /*accepts_gzip=*/false, out);
    }
    return true;
  }

  absl::Duration Pause() const override { return limits::kEventPause; }
  http::Headers Trailers() override {
    return StatusFields(PublicError(errors::Unavailable("it is shutting down")));
  }

 private:
  const service::EventAnswer answer_;
};

}  // namespace

http::Response EventResponse(service::EventAnswer answer) {
  http::Response response;
  response.headers = BeginningFields();
  response.stream = std::make_unique<EventMessages>(std::move(answer));
  return response;
}

}  // namespace zerotouch::wire::grpc
