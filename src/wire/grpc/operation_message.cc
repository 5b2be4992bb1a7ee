// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/operation_message.h"

#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "errors/errors.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "wire/grpc/message.h"
#include "wire/grpc/status.h"
#include "wire/type_url.h"

namespace zerotouch::wire::grpc {
namespace {

using google::longrunning::Operation;
using google::protobuf::Any;
using google::protobuf::internal::WireFormatLite;
using Response = api::DevicesLongRunningOperationResponse;

// A response of up to this many bytes is sent in one piece.
constexpr size_t kBufferedBytes = 256'000;

// Appends the head of a field of `size` bytes, which follow.
void AppendFieldHead(int field, size_t size, std::string& out) {
  google::protobuf::io::StringOutputStream stream(&out);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.WriteVarint32(WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  coded.WriteVarint64(size);
}

// Returns the serialized operation up to the response, whose `response_bytes`
// follow: concatenated serialized messages are one message.
std::string HeadOf(const Operation& operation, size_t response_bytes) {
  const std::string& type = TypeUrlOf<Response>();
  std::string any;
  AppendFieldHead(Any::kTypeUrlFieldNumber, type.size(), any);
  any += type;
  AppendFieldHead(Any::kValueFieldNumber, response_bytes, any);
  std::string out = operation.SerializeAsString();
  AppendFieldHead(Operation::kResponseFieldNumber, any.size() + response_bytes, out);
  out += any;
  return out;
}

// Reads the response of an operation in pieces.
class Pieces {
 public:
  explicit Pieces(service::OperationAnswer& answer) : answer_(answer) {}

  // Reads the next part of the response. Returns false at the end.
  absl::StatusOr<bool> Next(Response& part) {
    part.Clear();
    if (ended_) return false;
    ZT_ASSIGN_OR_RETURN(const bool more, answer_.items->Next(part.mutable_per_device_status()));
    if (more) return true;
    ended_ = true;
    part.set_success_count(answer_.success_count);
    return true;
  }

  void Restart() {
    answer_.items->Restart();
    ended_ = false;
  }

 private:
  service::OperationAnswer& answer_;
  bool ended_ = false;
};

class OperationMessage final : public http::BodySource {
 public:
  // `bytes` is the measured size of the whole response.
  OperationMessage(service::OperationAnswer answer, std::string head, size_t bytes)
      : answer_(std::move(answer)), pieces_(answer_), head_(std::move(head)), left_(bytes) {}

  absl::StatusOr<bool> Next(std::string& out) override {
    out += std::exchange(head_, {});
    ZT_ASSIGN_OR_RETURN(const bool more, pieces_.Next(part_));
    const size_t size = part_.ByteSizeLong();
    if (size > left_ || (!more && left_ > 0)) {
      return absl::DataLossError("an operation changed while it was sent");
    }
    left_ -= size;
    part_.AppendToString(&out);
    return more;
  }

  http::Headers Trailers() override { return StatusFields(absl::OkStatus()); }

 private:
  service::OperationAnswer answer_;
  Pieces pieces_;
  std::string head_;
  Response part_;
  size_t left_;
};

}  // namespace

absl::StatusOr<http::Response> OperationResponse(service::OperationAnswer answer) {
  http::Response response;
  response.headers = BeginningFields();
  response.trailers = StatusFields(absl::OkStatus());
  if (answer.items == nullptr) {
    AppendFrameHead(static_cast<uint32_t>(answer.operation.ByteSizeLong()), response.body);
    answer.operation.AppendToString(&response.body);
    return response;
  }
  size_t bytes = 0;
  std::string text;
  Pieces pieces(answer);
  Response part;
  while (true) {
    ZT_ASSIGN_OR_RETURN(const bool more, pieces.Next(part));
    if (!more) break;
    bytes += part.ByteSizeLong();
    if (bytes <= kBufferedBytes) part.AppendToString(&text);
  }
  const std::string operation = HeadOf(answer.operation, bytes);
  const size_t whole = operation.size() + bytes;
  if (whole > std::numeric_limits<uint32_t>::max()) return errors::Internal();
  std::string head;
  AppendFrameHead(static_cast<uint32_t>(whole), head);
  head += operation;
  if (bytes <= kBufferedBytes) {
    response.body = head + text;
    return response;
  }
  pieces.Restart();
  response.stream = std::make_unique<OperationMessage>(std::move(answer), std::move(head), bytes);
  return response;
}

}  // namespace zerotouch::wire::grpc
