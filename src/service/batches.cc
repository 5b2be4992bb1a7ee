// SPDX-License-Identifier: Apache-2.0
#include "service/batches.h"

#include <cstddef>
#include <optional>

#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/batch_size.h"
#include "model/resource_name.h"
#include "service/batch_sender.h"
#include "store/operation_message.h"

namespace zerotouch::service {

absl::StatusOr<google::longrunning::Operation> Batches::PreviewClaim(
    const Assigner& caller, const openzerotouch::v1::PreviewClaimRequest& request) {
  ZT_RETURN_IF_ERROR(CheckBatchSize("claims", static_cast<size_t>(request.claims_size())));
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                      engine_.PreviewClaims(SenderOf(caller), request.claims()));
  return OperationOf(head);
}

absl::StatusOr<google::longrunning::Operation> Batches::PreviewUnclaim(
    const Assigner& caller, const openzerotouch::v1::PreviewUnclaimRequest& request) {
  ZT_RETURN_IF_ERROR(CheckBatchSize("unclaims", static_cast<size_t>(request.unclaims_size())));
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                      engine_.PreviewUnclaims(SenderOf(caller), request.unclaims()));
  return OperationOf(head);
}

absl::StatusOr<google::longrunning::Operation> Batches::Undo(
    const Changer& caller, const openzerotouch::v1::UndoOperationRequest& request) {
  const std::optional<OperationId> id = ParseOperationName(request.name());
  if (!id.has_value()) return errors::UnknownOperation();
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head, engine_.Undo(SenderOf(caller), *id));
  return OperationOf(head);
}

}  // namespace zerotouch::service
