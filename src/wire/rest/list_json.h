// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_LIST_JSON_H_
#define ZEROTOUCH_WIRE_REST_LIST_JSON_H_

#include <memory>
#include <string>

#include "google/protobuf/message.h"
#include "http/http.h"
#include "json/selection.h"
#include "service/list_answer.h"

namespace zerotouch::wire {

// Writes a list as JSON in pieces. Writes the same bytes as json::Append would for
// the whole message.
class ListJson final : public http::BodySource {
 public:
  // `selection` selects fields of the response; null selects all.
  ListJson(service::ListAnswer answer, bool pretty,
           std::shared_ptr<const json::Selection> selection = nullptr);

  absl::StatusOr<bool> Next(std::string& out) override;

 private:
  void AppendItems(const google::protobuf::Message& part, std::string& out);
  // Appends the response's other fields, and its end.
  void AppendRest(std::string& out);

  service::ListAnswer answer_;
  const bool pretty_;
  const std::shared_ptr<const json::Selection> selection_;
  const json::Selection* item_selection_ = nullptr;  // null: no items, unless all is selected
  // The other fields of the last part.
  const std::unique_ptr<google::protobuf::Message> rest_;
  bool any_items_ = false;
  bool ended_ = false;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_LIST_JSON_H_
