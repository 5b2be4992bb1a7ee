// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_OPERATION_ANSWER_H_
#define ZEROTOUCH_SERVICE_OPERATION_ANSWER_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "google/longrunning/operations.pb.h"
#include "model/api.h"

namespace zerotouch::service {

// The items of a finished operation, read from the store while they are sent,
// so that a 100,000-item answer is never held in memory. For one thread at a time.
class OperationItems {
 public:
  virtual ~OperationItems() = default;
  // Replaces `*items` by the next ones, in the order of the request (some
  // 1,000). False, with none, at the end.
  virtual absl::StatusOr<bool> Next(
      google::protobuf::RepeatedPtrField<api::OperationPerDevice>* items) = 0;
  // Goes back to the first: Next gives the same once more.
  virtual void Restart() = 0;
};

// An Operation whose response may have to be streamed.
struct OperationAnswer {
  // Name, metadata and, when it is over, `done`; `response` is not set.
  google::longrunning::Operation operation;
  // When done: what goes into DevicesLongRunningOperationResponse.
  std::unique_ptr<OperationItems> items;
  int32_t success_count = 0;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_OPERATION_ANSWER_H_
