// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_OPERATIONS_H_
#define ZEROTOUCH_SERVICE_OPERATIONS_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/authorized.h"
#include "base/clock.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/empty.pb.h"
#include "service/operation_answer.h"
#include "service/stored_items.h"

namespace zerotouch::store {
class Store;
}  // namespace zerotouch::store

namespace zerotouch::service {

// Implements google.longrunning.Operations. Operations of other partners do not
// exist for a caller. Thread-safe.
class Operations {
 public:
  using Reader = auth::Authorized<auth::ReadsOperations>;
  using Changer = auth::Authorized<auth::ChangesOperations>;

  // The references must outlive it, and the store every answer too.
  Operations(store::Store& store, const Clock& clock)
      : store_(store), clock_(clock), stored_(store) {}

  absl::StatusOr<google::longrunning::ListOperationsResponse> List(
      const Reader& caller, const google::longrunning::ListOperationsRequest& request);
  absl::StatusOr<OperationAnswer> Get(const Reader& caller,
                                      const google::longrunning::GetOperationRequest& request);
  absl::StatusOr<google::protobuf::Empty> Cancel(
      const Changer& caller, const google::longrunning::CancelOperationRequest& request);
  absl::StatusOr<google::protobuf::Empty> Delete(
      const Changer& caller, const google::longrunning::DeleteOperationRequest& request);
  // Returns the operation as it is. If it is not done, the answer says how long the
  // caller wants to wait, at most limits::kOperationWait: call again meanwhile.
  absl::StatusOr<OperationAnswer> Wait(const Reader& caller,
                                       const google::longrunning::WaitOperationRequest& request);

 private:
  store::Store& store_;
  const Clock& clock_;
  StoredOperations stored_;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_OPERATIONS_H_
