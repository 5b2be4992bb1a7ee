// SPDX-License-Identifier: Apache-2.0
#include "store/operation_message.h"

#include "model/api.h"
#include "model/resource_name.h"

namespace zerotouch::store {
namespace {

api::BatchProcessingStatus ProcessingStatusOf(const OperationHead& head) {
  if (head.finished.has_value()) return api::BATCH_PROCESS_PROCESSED;
  return head.started.has_value() ? api::BATCH_PROCESS_IN_PROGRESS : api::BATCH_PROCESS_PENDING;
}

}  // namespace

google::longrunning::Operation OperationOf(const OperationHead& head) {
  api::DevicesLongRunningOperationMetadata metadata;
  metadata.set_devices_count(head.items);
  metadata.set_processing_status(ProcessingStatusOf(head));
  metadata.set_progress(static_cast<int32_t>(int64_t{100} * head.items_done / head.items));
  google::longrunning::Operation operation;
  operation.set_name(FormatOperationName(head.id));
  operation.mutable_metadata()->PackFrom(metadata);
  operation.set_done(head.finished.has_value());
  return operation;
}

google::longrunning::Operation SummaryOf(const OperationHead& head) {
  google::longrunning::Operation operation = OperationOf(head);
  if (head.finished.has_value()) {
    api::DevicesLongRunningOperationResponse response;
    response.set_success_count(head.items_succeeded);
    operation.mutable_response()->PackFrom(response);
  }
  return operation;
}

}  // namespace zerotouch::store
