// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_OPERATION_ANSWER_H_
#define ZEROTOUCH_SERVICE_OPERATION_ANSWER_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/longrunning/operations.pb.h"
#include "model/api.h"

namespace zerotouch::service {

// The items of a finished operation. They are read from the store while they are
// sent, so that a 100,000-item answer is never held in memory. Not thread-safe.
class OperationItems {
 public:
  virtual ~OperationItems() = default;
  // Replaces `*items` by the next items (about 60), in the order of the request.
  // At the end clears `*items` and returns false.
  virtual absl::StatusOr<bool> Next(
      google::protobuf::RepeatedPtrField<api::OperationPerDevice>* items) = 0;
  // Continues with the first item again.
  virtual void Restart() = 0;
};

// An Operation whose response is streamed.
struct OperationAnswer {
  // With name, metadata and `done`; `response` is not set.
  google::longrunning::Operation operation;
  // The content of DevicesLongRunningOperationResponse; null until done.
  std::unique_ptr<OperationItems> items;
  int32_t success_count = 0;
  // Set by Wait: for how long the caller may be made to wait until it is done.
  absl::Duration may_wait = absl::ZeroDuration();
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_OPERATION_ANSWER_H_
