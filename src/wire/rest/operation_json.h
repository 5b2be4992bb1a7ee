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

// Writes an Operation as JSON in pieces. Writes the same bytes as json::Append
// would for the whole message, but never holds all items in memory. Does not read
// items that are not selected.
class OperationJson final : public http::BodySource {
 public:
  // `selection` selects fields of an Operation; null selects all.
  OperationJson(service::OperationAnswer answer, bool pretty,
                std::shared_ptr<const json::Selection> selection = nullptr);

  // Appends the head and the first items, then more items, then the tail.
  absl::StatusOr<bool> Next(std::string& out) override;
  bool IsReady() override { return ended_ || answer_.items == nullptr || answer_.items->IsReady(); }

 private:
  void AppendHead(std::string& out);
  void AppendItems(std::string_view items, std::string& out);
  void AppendTail(std::string& out);

  // Begins the member `name`, at this depth, of the innermost object in `out`.
  void AppendName(std::string_view name, int depth, std::string& out) const;

  service::OperationAnswer answer_;
  const bool pretty_;
  const std::shared_ptr<const json::Selection> selection_;
  // The selections of the response, its items and its count; null if not selected.
  const json::Selection* response_ = nullptr;
  const json::Selection* per_device_ = nullptr;
  const json::Selection* success_count_ = nullptr;
  bool begun_ = false;
  bool any_items_ = false;
  bool ended_ = false;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_OPERATION_JSON_H_
