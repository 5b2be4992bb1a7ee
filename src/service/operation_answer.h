// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_OPERATION_ANSWER_H_
#define ZEROTOUCH_SERVICE_OPERATION_ANSWER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/longrunning/operations.pb.h"

namespace zerotouch::service {

// The items of a finished operation. They are read from the store while they are
// sent, so that a 100,000-item answer is never held in memory. Not thread-safe.
class OperationItems {
 public:
  virtual ~OperationItems() = default;
  // Replaces `items` by the next items (about 100), in the order of the request: a serialized
  // DevicesLongRunningOperationResponse with nothing else. At the end clears `items` and returns
  // false.
  virtual absl::StatusOr<bool> Next(std::string& items) = 0;
  // Returns true if Next does not wait for the store, if it is called soon.
  virtual bool IsReady() { return false; }
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
