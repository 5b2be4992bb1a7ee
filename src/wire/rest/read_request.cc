// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/read_request.h"

#include <algorithm>
#include <string>

#include "absl/time/time.h"
#include "base/limits.h"
#include "base/rejections.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "google/protobuf/arena.h"
#include "json/json.h"
#include "json/outline.h"
#include "model/batch_size.h"
#include "wire/rest/transcode.h"

namespace zerotouch::wire {
namespace {

// The message of a shorter body is too small to count.
constexpr size_t kCountedBytes = size_t{16} << 10;

}  // namespace

absl::Status CheckPathRight(const RouteMatch& match, const auth::Principal& caller,
                            const MethodTable& methods) {
  const google::protobuf::MethodDescriptor& method = *match.route->method;
  google::protobuf::Arena arena;
  google::protobuf::Message& message = *google::protobuf::MessageFactory::generated_factory()
                                            ->GetPrototype(method.input_type())
                                            ->New(&arena);
  for (const UrlTemplate::Binding& binding : match.bindings) {
    if (!json::BindText(binding.field, binding.value, message).empty()) return absl::OkStatus();
  }
  return methods.CheckRight(method, caller, message);
}

absl::Status ReadRequest(const RouteMatch& match, const Query& query, http::Request& request,
                         google::protobuf::Message& message, batch::PackedItems* items) {
  const google::protobuf::FieldDescriptor* batch = BatchFieldOf(*message.GetDescriptor());
  json::ParseOptions options;
  if (items != nullptr) {
    options.taken = batch;
    options.take = [&](std::string_view item) { items->AddSerialized(item); };
  }
  if (request.body.size() < kCountedBytes) {
    return Transcode(match, query, request.body, message, options);
  }
  const json::Outline outline = json::OutlineOf(request.body, limits::kBatchItems);
  if (batch != nullptr && outline.items > limits::kBatchItems) {
    return CheckBatchSize(batch->name(), outline.items);
  }
  const size_t text_bytes = request.body.size();
  // The wire form, in which all is read first and items are stored, is shorter than the text.
  const size_t wire_bytes = text_bytes;
  if (request.hold && !request.hold(text_bytes + wire_bytes +
                                    json::ParsingBytes(outline, /*by_item=*/items != nullptr))) {
    CountRejection(Rejection::kMemory);
    return errors::TooBusy("request bodies", absl::Seconds(1));
  }
  ZT_RETURN_IF_ERROR(Transcode(match, query, request.body, message, options));
  // Free the text of up to 100,000 items, which are parsed now.
  std::string().swap(request.body);
  // The arena knows what the message takes but for long texts, which were in the body.
  // Cannot fail, because it is less than before.
  const google::protobuf::Arena* arena = message.GetArena();
  size_t message_bytes = json::MessageBytes(outline, /*by_item=*/items != nullptr);
  if (arena != nullptr) message_bytes = std::min<size_t>(arena->SpaceAllocated(), message_bytes);
  if (request.hold) {
    static_cast<void>(request.hold(items == nullptr ? text_bytes + message_bytes
                                                    : items->bytes() + message_bytes));
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::wire
