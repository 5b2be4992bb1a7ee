// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_LIST_ANSWER_H_
#define ZEROTOUCH_SERVICE_LIST_ANSWER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace zerotouch::service {

// The items of a list. They are read from the store while they are sent, so that a
// long answer is not held in memory as a whole. Not thread-safe.
class ListItems {
 public:
  virtual ~ListItems() = default;
  // Replaces the content of `part`, a response of the method, by the next items, and
  // in the last part by the response's other fields too. At the end clears it and
  // returns false.
  virtual absl::StatusOr<bool> Next(google::protobuf::Message& part) = 0;
  // Continues with the first item again.
  virtual void Restart() = 0;
};

// The response of a method that lists.
struct ListAnswer {
  // The list, the first field of the response.
  const google::protobuf::FieldDescriptor* list = nullptr;
  std::unique_ptr<ListItems> items;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_LIST_ANSWER_H_
