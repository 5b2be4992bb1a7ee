// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/operation_message.h"

#include <memory>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "wire/grpc/message_parts.h"
#include "wire/type_url.h"

namespace zerotouch::wire::grpc {
namespace {

using google::longrunning::Operation;
using google::protobuf::Any;
using google::protobuf::internal::WireFormatLite;
using Response = api::DevicesLongRunningOperationResponse;

// The items of an operation do not change, so only a short answer is held.
constexpr size_t kHeldOperationBytes = 256'000;

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

// Reads the response of an operation in parts.
class OperationParts final : public MessageParts {
 public:
  explicit OperationParts(service::OperationAnswer answer) : answer_(std::move(answer)) {}

  absl::StatusOr<bool> Next(std::string& part) override {
    part.clear();
    if (ended_) return false;
    ZT_ASSIGN_OR_RETURN(const bool more, answer_.items->Next(part));
    if (more) return true;
    ended_ = true;
    Response last;
    last.set_success_count(answer_.success_count);
    last.SerializeToString(&part);
    return true;
  }

  void Restart() override {
    answer_.items->Restart();
    ended_ = false;
  }

 private:
  service::OperationAnswer answer_;
  bool ended_ = false;
};

}  // namespace

absl::StatusOr<http::Response> OperationResponse(service::OperationAnswer answer,
                                                 bool accepts_gzip) {
  if (answer.items == nullptr) return MessageResponse(answer.operation, accepts_gzip);
  const Operation operation = answer.operation;
  return PartsResponse(std::make_unique<OperationParts>(std::move(answer)), kHeldOperationBytes,
                       accepts_gzip, [&](size_t bytes) { return HeadOf(operation, bytes); });
}

}  // namespace zerotouch::wire::grpc
