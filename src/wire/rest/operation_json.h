// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_OPERATION_JSON_H_
#define ZEROTOUCH_WIRE_REST_OPERATION_JSON_H_

#include <memory>
#include <string>
#include <string_view>

#include "http/http.h"
#include "json/selection.h"
#include "service/operation_answer.h"

namespace zerotouch::wire {

// Writes an Operation as JSON in pieces: the same bytes as json::Append of the
// whole message with its response packed, but never holding all of its items.
// Items that are not wanted are not read.
class OperationJson final : public http::BodySource {
 public:
  // `selection`, of an Operation, says what is wanted; null: everything.
  OperationJson(service::OperationAnswer answer, bool pretty,
                std::shared_ptr<const json::Selection> selection = nullptr);

  // The head with the first items, further items, the tail.
  absl::StatusOr<bool> Next(std::string& out) override;

 private:
  void AppendHead(std::string& out);
  void AppendItems(std::string& out);
  void AppendTail(std::string& out);

  // Starts member `name`, at this depth, of what is written last.
  void AppendName(std::string_view name, int depth, std::string& out) const;

  service::OperationAnswer answer_;
  const bool pretty_;
  const std::shared_ptr<const json::Selection> selection_;
  // Of the response, its items and its count; null: nothing of it.
  const json::Selection* response_ = nullptr;
  const json::Selection* per_device_ = nullptr;
  const json::Selection* success_count_ = nullptr;
  google::protobuf::RepeatedPtrField<api::OperationPerDevice> items_;
  bool begun_ = false;
  bool any_items_ = false;
  bool ended_ = false;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_OPERATION_JSON_H_
