// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_BATCHES_H_
#define ZEROTOUCH_SERVICE_BATCHES_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "google/longrunning/operations.pb.h"
#include "openzerotouch/v1/batches.pb.h"

namespace zerotouch::batch {
class Engine;
class PackedItems;
}  // namespace zerotouch::batch
namespace zerotouch::store {
class Store;
}

namespace zerotouch::service {

// Implements openzerotouch.v1.BatchService but for UndoCustomerUnclaim, which is in
// CustomerDevices. The request of a batch has no items: they are `items`. Thread-safe.
class Batches {
 public:
  // Both must outlive it.
  Batches(store::Store& store, batch::Engine& engine) : store_(store), engine_(engine) {}

  using Assigner = auth::Authorized<auth::AssignsForPartner>;
  using Reader = auth::Authorized<auth::ReadsOperations>;
  using Changer = auth::Authorized<auth::ChangesOperations>;

  absl::StatusOr<google::longrunning::Operation> PreviewClaim(
      const Assigner& caller, const openzerotouch::v1::PreviewClaimRequest& request,
      const batch::PackedItems& items);
  absl::StatusOr<google::longrunning::Operation> PreviewUnclaim(
      const Assigner& caller, const openzerotouch::v1::PreviewUnclaimRequest& request,
      const batch::PackedItems& items);
  absl::StatusOr<openzerotouch::v1::ListBatchesResponse> List(
      const Reader& caller, const openzerotouch::v1::ListBatchesRequest& request);
  absl::StatusOr<openzerotouch::v1::Batch> Get(const Reader& caller,
                                               const openzerotouch::v1::GetBatchRequest& request);
  // Refuses operations of other partners as unknown ones.
  absl::StatusOr<google::longrunning::Operation> Undo(
      const Changer& caller, const openzerotouch::v1::UndoOperationRequest& request);

 private:
  store::Store& store_;
  batch::Engine& engine_;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_BATCHES_H_
