// SPDX-License-Identifier: Apache-2.0
#include "service/operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/limits.h"
#include "base/status_macros.h"
#include "batch/figures.h"
#include "errors/errors.h"
#include "model/resource_name.h"
#include "service/own_operations.h"
#include "store/operation_message.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

absl::StatusOr<OperationAnswer> AnswerOf(store::Store& store, StoredOperations& stored,
                                         PartnerId partner, const std::string& name) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head, FindOwnOperation(*snapshot, partner, name));
  OperationAnswer answer{.operation = OperationOf(head), .items = nullptr};
  if (!head.finished.has_value()) return answer;
  ZT_ASSIGN_OR_RETURN(answer.items, stored.ItemsOf(*snapshot, head));
  answer.success_count = head.items_succeeded;
  return answer;
}

// Returns the timeout of a Wait call.
absl::StatusOr<absl::Duration> WaitOf(const google::longrunning::WaitOperationRequest& request) {
  if (!request.has_timeout()) return limits::kOperationWait;
  const auto& timeout = request.timeout();
  if (timeout.seconds() < 0 || timeout.nanos() < 0) {
    return errors::InvalidParameter("timeout", "use a timeout of 0s or more");
  }
  return std::min(absl::Seconds(timeout.seconds()) + absl::Nanoseconds(timeout.nanos()),
                  limits::kOperationWait);
}

// Returns errors::InvalidOperation if the operation, which is finished, keeps another one from
// being undone again.
absl::Status CheckUndoNotNeeded(store::Transaction& transaction, const store::OperationHead& head) {
  if (!head.undoes || head.cancelled) return absl::OkStatus();
  ZT_ASSIGN_OR_RETURN(const std::optional<store::OperationHead> undone,
                      transaction.FindOperation(head.undoes));
  if (!undone.has_value()) return absl::OkStatus();
  return errors::InvalidOperation(
      fmt::format("The operation is the undo of {}, which can be undone only once. Delete that "
                  "operation first.",
                  FormatOperationName(undone->id)));
}

// Deletes a finished operation, or returns errors::InvalidOperation while it is being undone.
absl::Status DeleteUnlessUndoing(store::Transaction& transaction,
                                 const store::OperationHead& head) {
  // Keeps an undo from being accepted meanwhile.
  ZT_RETURN_IF_ERROR(transaction.CountUnfinished(head.partner).status());
  ZT_ASSIGN_OR_RETURN(const std::optional<store::OperationHead> undo,
                      transaction.FindUndoOf(head.id));
  if (undo.has_value() && !undo->finished.has_value()) {
    return errors::InvalidOperation(fmt::format(
        "The operation is being undone by {}. Cancel that first, or wait until it is done.",
        FormatOperationName(undo->id)));
  }
  ZT_RETURN_IF_ERROR(CheckUndoNotNeeded(transaction, head));
  return transaction.DeleteOperation(head.id);
}

}  // namespace

absl::StatusOr<google::longrunning::ListOperationsResponse> Operations::List(
    const Reader& caller, const google::longrunning::ListOperationsRequest& request) {
  if (!request.name().empty() && request.name() != "operations") {
    return errors::InvalidParameter("name", "use the name operations");
  }
  ZT_ASSIGN_OR_RETURN(OwnOperations page,
                      ListOwnOperations(store_, caller.right().partner, request.page_size(),
                                        request.page_token(), request.filter()));
  google::longrunning::ListOperationsResponse response;
  for (const store::OperationHead& head : page.heads) *response.add_operations() = SummaryOf(head);
  response.set_next_page_token(std::move(page.next_page_token));
  return response;
}

absl::StatusOr<OperationAnswer> Operations::Get(
    const Reader& caller, const google::longrunning::GetOperationRequest& request) {
  return AnswerOf(store_, stored_, caller.right().partner, request.name());
}

absl::StatusOr<google::protobuf::Empty> Operations::Cancel(
    const Changer& caller, const google::longrunning::CancelOperationRequest& request) {
  store::OperationHead head;
  ZT_RETURN_IF_ERROR(
      store_.Write(caller.actor(), [&](store::Transaction& transaction) -> absl::Status {
        ZT_ASSIGN_OR_RETURN(head,
                            FindOwnOperation(transaction, caller.right().partner, request.name()));
        return transaction.CancelOperation(head.id, clock_.Now());
      }));
  batch::CountCancelled(std::move(head), clock_);
  return google::protobuf::Empty();
}

absl::StatusOr<google::protobuf::Empty> Operations::Delete(
    const Changer& caller, const google::longrunning::DeleteOperationRequest& request) {
  ZT_RETURN_IF_ERROR(
      store_.Write(caller.actor(), [&](store::Transaction& transaction) -> absl::Status {
        ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                            FindOwnOperation(transaction, caller.right().partner, request.name()));
        if (!head.finished.has_value()) {
          return errors::InvalidOperation(
              "The operation is not done. Cancel it first, or wait until it is done.");
        }
        return DeleteUnlessUndoing(transaction, head);
      }));
  return google::protobuf::Empty();
}

absl::StatusOr<OperationAnswer> Operations::Wait(
    const Reader& caller, const google::longrunning::WaitOperationRequest& request) {
  ZT_ASSIGN_OR_RETURN(const absl::Duration timeout, WaitOf(request));
  ZT_ASSIGN_OR_RETURN(OperationAnswer answer,
                      AnswerOf(store_, stored_, caller.right().partner, request.name()));
  if (!answer.operation.done()) answer.may_wait = timeout;
  return answer;
}

}  // namespace zerotouch::service
