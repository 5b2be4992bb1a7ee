#ifndef ZEROTOUCH_SERVICE_OPERATIONS_H_
#define ZEROTOUCH_SERVICE_OPERATIONS_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "google/longrunning/operations.pb.h"
#include "service/operation_answer.h"

namespace zerotouch::store {
class Store;
struct OperationHead;
}  // namespace zerotouch::store

namespace zerotouch::service {

// google.longrunning.Operations. Thread-safe.
class Operations {
 public:
  // The store must outlive it, and every answer.
  explicit Operations(store::Store& store) : store_(store) {}

  absl::StatusOr<OperationAnswer> Get(const auth::Authorized<auth::ReadsOperations>& caller,
                                      const google::longrunning::GetOperationRequest& request);

 private:
  store::Store& store_;
};

// The operation without its response: name, metadata and, when over, `done`.
google::longrunning::Operation OperationOf(const store::OperationHead& head);

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_OPERATIONS_H_
