// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/list_message.h"

#include <memory>
#include <string>
#include <utility>

#include "base/limits.h"
#include "base/status_macros.h"
#include "google/protobuf/message.h"
#include "wire/grpc/message_parts.h"

namespace zerotouch::wire::grpc {
namespace {

// The rows of a list can change while it is sent, so a page is held.
constexpr size_t kHeldListBytes = limits::kPageBytes + (size_t{1} << 20);

class ListParts final : public MessageParts {
 public:
  explicit ListParts(service::ListAnswer answer)
      : answer_(std::move(answer)),
        part_(google::protobuf::MessageFactory::generated_factory()
                  ->GetPrototype(answer_.list->containing_type())
                  ->New()) {}

  absl::StatusOr<bool> Next(std::string& part) override {
    part.clear();
    ZT_ASSIGN_OR_RETURN(const bool more, answer_.items->Next(*part_));
    if (more) part_->SerializeToString(&part);
    return more;
  }

  void Restart() override { answer_.items->Restart(); }

 private:
  const service::ListAnswer answer_;
  const std::unique_ptr<google::protobuf::Message> part_;
};

}  // namespace

absl::StatusOr<http::Response> ListResponse(service::ListAnswer answer, bool accepts_gzip) {
  return PartsResponse(std::make_unique<ListParts>(std::move(answer)), kHeldListBytes, accepts_gzip,
                       [](size_t) { return std::string(); });
}

}  // namespace zerotouch::wire::grpc
