// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/read_request.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "base/limits.h"
#include "base/rejections.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/batch_size.h"
#include "wire/grpc/message.h"
#include "wire/grpc/message_outline.h"

namespace zerotouch::wire::grpc {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Checks a batch whose outline is known. Its right comes before its size, as for all
// methods.
absl::Status CheckBatch(const FieldDescriptor& list, const MessageOutline& outline,
                        const std::function<absl::Status(const Message&)>& check_right,
                        const Message& type) {
  const std::unique_ptr<Message> without_items(type.New());
  if (check_right && without_items->ParseFromString(outline.numbers)) {
    ZT_RETURN_IF_ERROR(check_right(*without_items));
  }
  return outline.items > limits::kBatchItems ? CheckBatchSize(list.name(), outline.items)
                                             : absl::OkStatus();
}

}  // namespace

absl::Status ReadRequest(http::Request& request, size_t limit,
                         const std::function<absl::Status(const Message&)>& check_right,
                         Message& message, batch::PackedItems* items) {
  std::string unpacked;
  ZT_ASSIGN_OR_RETURN(
      const std::string_view bytes,
      OnlyMessage(
          request.body,
          {.encoding = request.headers.Get("grpc-encoding"), .limit = limit, .hold = request.hold},
          unpacked));
  const auto outline = OutlineOf(bytes, *message.GetDescriptor(), limits::kBatchItems);
  if (!outline.has_value()) return NotA(*message.GetDescriptor());
  const FieldDescriptor* const list = BatchFieldOf(*message.GetDescriptor());
  if (list != nullptr) ZT_RETURN_IF_ERROR(CheckBatch(*list, *outline, check_right, message));
  const bool by_item = list != nullptr && items != nullptr;
  // If items are packed, one at a time is parsed, and the other fields are copied first.
  const size_t message_bytes = outline->message_bytes - (by_item ? outline->items_bytes : 0);
  const size_t parsing_bytes = message_bytes + (by_item ? outline->item_bytes + bytes.size() : 0);
  if (request.hold && !request.hold(request.body.size() + unpacked.size() + parsing_bytes)) {
    CountRejection(Rejection::kMemory);
    return errors::TooBusy("request bodies", absl::Seconds(1));
  }
  ZT_RETURN_IF_ERROR(by_item ? ParseMessage(bytes, *list, message, *items)
                             : ParseMessage(bytes, message));
  // Free the bytes of up to 100,000 items, which are parsed now.
  std::string().swap(request.body);
  // Cannot fail, because it is less than before.
  if (request.hold) {
    static_cast<void>(request.hold(message_bytes + (by_item ? items->bytes() : 0)));
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::wire::grpc
