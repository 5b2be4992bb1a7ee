// SPDX-License-Identifier: Apache-2.0
#include "service/batches.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "batch/engine.h"
#include "batch/kinds.h"
#include "errors/errors.h"
#include "model/batch_size.h"
#include "model/resource_name.h"
#include "service/batch_sender.h"
#include "service/own_operations.h"
#include "store/operation_message.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

namespace v1 = openzerotouch::v1;

void SetSeconds(absl::Time time, google::protobuf::Timestamp& message) {
  message.set_seconds(absl::ToUnixSeconds(time));
}

// The numbers of the enum in the API are those of the store.
static_assert(v1::Batch::CLAIM == static_cast<int>(store::BatchKind::kClaim));
static_assert(v1::Batch::UNDO_UNCLAIM == static_cast<int>(store::BatchKind::kUndoUnclaim));

// Returns what the store knows of the operation itself.
v1::Batch BatchOf(const store::OperationHead& head) {
  v1::Batch message;
  *message.mutable_operation() = SummaryOf(head);
  if (batch::TraitsOf(head.kind) != nullptr) {
    message.set_kind(static_cast<v1::Batch::Kind>(head.kind));
  }
  SetSeconds(head.accepted, *message.mutable_create_time());
  if (head.finished.has_value()) SetSeconds(*head.finished, *message.mutable_finish_time());
  if (head.undoes) message.set_undoes(FormatOperationName(head.undoes));
  return message;
}

}  // namespace

absl::StatusOr<google::longrunning::Operation> Batches::PreviewClaim(
    const Assigner& caller, const openzerotouch::v1::PreviewClaimRequest&,
    const batch::PackedItems& items) {
  ZT_RETURN_IF_ERROR(CheckBatchSize("claims", static_cast<size_t>(items.size())));
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                      engine_.PreviewClaims(SenderOf(caller), items));
  return OperationOf(head);
}

absl::StatusOr<google::longrunning::Operation> Batches::PreviewUnclaim(
    const Assigner& caller, const openzerotouch::v1::PreviewUnclaimRequest&,
    const batch::PackedItems& items) {
  ZT_RETURN_IF_ERROR(CheckBatchSize("unclaims", static_cast<size_t>(items.size())));
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                      engine_.PreviewUnclaims(SenderOf(caller), items));
  return OperationOf(head);
}

absl::StatusOr<google::longrunning::Operation> Batches::Undo(
    const Changer& caller, const openzerotouch::v1::UndoOperationRequest& request) {
  const std::optional<OperationId> id = ParseOperationName(request.name());
  if (!id.has_value()) return errors::UnknownOperation();
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head, engine_.Undo(SenderOf(caller), *id));
  return OperationOf(head);
}

absl::StatusOr<v1::ListBatchesResponse> Batches::List(const Reader& caller,
                                                      const v1::ListBatchesRequest& request) {
  ZT_ASSIGN_OR_RETURN(OwnOperations page,
                      ListOwnOperations(store_, caller.right().partner, request.page_size(),
                                        request.page_token(), request.filter()));
  v1::ListBatchesResponse response;
  for (const store::OperationHead& head : page.heads) *response.add_batches() = BatchOf(head);
  response.set_next_page_token(std::move(page.next_page_token));
  return response;
}

absl::StatusOr<v1::Batch> Batches::Get(const Reader& caller, const v1::GetBatchRequest& request) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                      FindOwnOperation(*snapshot, caller.right().partner, request.name()));
  v1::Batch batch = BatchOf(head);
  ZT_ASSIGN_OR_RETURN(const std::optional<store::OperationHead> undo,
                      snapshot->FindUndoOf(head.id));
  if (undo.has_value()) {
    batch.set_undone_by(FormatOperationName(undo->id));
  } else if (head.finished.has_value() && batch::CanBeUndone(head.kind)) {
    SetSeconds(*head.finished + limits::kOperationRetention, *batch.mutable_undo_expire_time());
  }
  return batch;
}

}  // namespace zerotouch::service
