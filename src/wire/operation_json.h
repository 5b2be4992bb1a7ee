#ifndef ZEROTOUCH_WIRE_OPERATION_JSON_H_
#define ZEROTOUCH_WIRE_OPERATION_JSON_H_

#include <memory>
#include <string>

#include "service/operation_answer.h"
#include "wire/http.h"

namespace zerotouch::wire {

// Writes an Operation as JSON in pieces: the same bytes as json::Append of the
// whole message with its response packed, but never holding all of its items.
class OperationJson final : public BodySource {
 public:
  OperationJson(service::OperationAnswer answer, bool pretty);

  // The head with the first items, further items, the tail.
  absl::StatusOr<bool> Next(std::string& out) override;

 private:
  void AppendHead(std::string& out);
  void AppendItems(std::string& out);
  void AppendTail(std::string& out);

  service::OperationAnswer answer_;
  const bool pretty_;
  google::protobuf::RepeatedPtrField<api::OperationPerDevice> items_;
  bool begun_ = false;
  bool any_items_ = false;
  bool ended_ = false;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_OPERATION_JSON_H_
