// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_OPERATIONS_H_
#define ZEROTOUCH_SERVICE_OPERATIONS_H_

#include <condition_variable>
#include <mutex>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/authorized.h"
#include "base/clock.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/empty.pb.h"
#include "service/operation_answer.h"

namespace zerotouch::store {
class Store;
struct OperationHead;
}  // namespace zerotouch::store

namespace zerotouch::service {

// google.longrunning.Operations. To whom an operation does not belong, it does
// not exist. Thread-safe.
class Operations {
 public:
  using Reader = auth::Authorized<auth::ReadsOperations>;
  using Changer = auth::Authorized<auth::ChangesOperations>;

  // Store and clock must outlive it; the store every answer too. At most
  // `waiters` callers of Wait are kept waiting at a time.
  Operations(store::Store& store, const Clock& clock, int waiters)
      : store_(store), clock_(clock), waiters_(waiters) {}

  absl::StatusOr<google::longrunning::ListOperationsResponse> List(
      const Reader& caller, const google::longrunning::ListOperationsRequest& request);
  absl::StatusOr<OperationAnswer> Get(const Reader& caller,
                                      const google::longrunning::GetOperationRequest& request);
  absl::StatusOr<google::protobuf::Empty> Cancel(
      const Changer& caller, const google::longrunning::CancelOperationRequest& request);
  absl::StatusOr<google::protobuf::Empty> Delete(
      const Changer& caller, const google::longrunning::DeleteOperationRequest& request);
  // Keeps its thread until the operation is done, but no longer than
  // limits::kOperationWait.
  absl::StatusOr<OperationAnswer> Wait(const Reader& caller,
                                       const google::longrunning::WaitOperationRequest& request);

  // Answers all who wait, and lets nobody wait from now on.
  void StopWaiting();

 private:
  absl::Status AwaitDone(PartnerId partner, const std::string& name, absl::Duration timeout);
  bool Pause(absl::Duration length);

  store::Store& store_;
  const Clock& clock_;

  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  int waiters_;  // how many more may wait
};

// The operation without its response: name, metadata and, when over, `done`.
google::longrunning::Operation OperationOf(const store::OperationHead& head);

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_OPERATIONS_H_
