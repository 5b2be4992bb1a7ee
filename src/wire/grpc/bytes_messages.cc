// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/bytes_messages.h"

#include <memory>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "google/protobuf/message.h"
#include "wire/grpc/message.h"
#include "wire/grpc/status.h"

namespace zerotouch::wire::grpc {
namespace {

class BytesMessages final : public http::BodySource {
 public:
  // `first` is a piece that was read already.
  BytesMessages(service::BytesAnswer answer, const google::protobuf::Descriptor& type,
                std::string first)
      : answer_(std::move(answer)),
        message_(google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type)->New()),
        piece_(std::move(first)) {}

  absl::StatusOr<bool> Next(std::string& out) override {
    if (piece_.empty()) {
      ZT_ASSIGN_OR_RETURN(const bool more, answer_.pieces->Next(piece_));
      if (!more) return false;
    }
    message_->GetReflection()->SetString(message_.get(), message_->GetDescriptor()->field(0),
                                         std::exchange(piece_, {}));
    AppendMessage(*message_, /*accepts_gzip=*/false, out);
    return true;
  }

  http::Headers Trailers() override { return StatusFields(absl::OkStatus()); }

 private:
  service::BytesAnswer answer_;
  const std::unique_ptr<google::protobuf::Message> message_;
  std::string piece_;
};

}  // namespace

absl::StatusOr<http::Response> BytesResponse(service::BytesAnswer answer,
                                             const google::protobuf::Descriptor& type) {
  std::string first;
  ZT_RETURN_IF_ERROR(answer.pieces->Next(first).status());
  http::Response response;
  response.headers = BeginningFields();
  response.stream = std::make_unique<BytesMessages>(std::move(answer), type, std::move(first));
  return response;
}

}  // namespace zerotouch::wire::grpc
