#include "service/operations.h"

#include <vector>

#include "base/status_macros.h"
#include "batch/stored_request.h"
#include "model/errors.h"
#include "model/resource_name.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

void SetItem(api::PartnerClaim&& item, api::OperationPerDevice& out) {
  *out.mutable_claim() = std::move(item);
}
void SetItem(api::PartnerUnclaim&& item, api::OperationPerDevice& out) {
  *out.mutable_unclaim() = std::move(item);
}
auto& ItemsOf(api::ClaimDevicesRequest& request) { return *request.mutable_claims(); }
auto& ItemsOf(api::UnclaimDevicesRequest& request) { return *request.mutable_unclaims(); }

// Joins the stored request, chunk by chunk, with the results. Each chunk is
// read from a view of its own, so that a slow client keeps none open.
class StoredItems final : public OperationItems {
 public:
  StoredItems(store::Store& store, const store::OperationHead& head,
              std::vector<ItemResult> results)
      : store_(store), head_(head), results_(std::move(results)) {}

  absl::StatusOr<bool> Next(
      google::protobuf::RepeatedPtrField<api::OperationPerDevice>* items) override {
    items->Clear();
    if (chunk_ == batch::ChunksOf(head_.items)) return false;
    switch (head_.kind) {
      case store::BatchKind::kClaim:
        ZT_RETURN_IF_ERROR(Join<api::ClaimDevicesRequest>(items));
        break;
      case store::BatchKind::kUnclaim:
        ZT_RETURN_IF_ERROR(Join<api::UnclaimDevicesRequest>(items));
        break;
    }
    ++chunk_;
    return true;
  }

 private:
  template <class Request>
  absl::Status Join(google::protobuf::RepeatedPtrField<api::OperationPerDevice>* items) {
    Request request;
    {
      ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
      ZT_RETURN_IF_ERROR(batch::ReadChunk(*snapshot, head_.id, chunk_, request));
    }
    for (auto& item : ItemsOf(request)) {
      if (index_ >= results_.size()) return absl::DataLossError("an operation has too many items");
      api::OperationPerDevice* out = items->Add();
      SetItem(std::move(item), *out);
      FillResult(results_[index_++], out->mutable_result());
    }
    return absl::OkStatus();
  }

  store::Store& store_;
  const store::OperationHead head_;
  const std::vector<ItemResult> results_;  // in the order of the request
  int32_t chunk_ = 0;
  size_t index_ = 0;
};

// Results in the order of the request. DATA_LOSS unless each item has one.
absl::StatusOr<std::vector<ItemResult>> InRequestOrder(
    const store::OperationHead& head, const std::vector<store::IndexedResult>& results) {
  std::vector<ItemResult> ordered(static_cast<size_t>(head.items));
  std::vector<bool> seen(ordered.size());
  for (const store::IndexedResult& result : results) {
    if (result.index >= ordered.size() || seen[result.index]) {
      return absl::DataLossError("results of an operation do not fit its items");
    }
    seen[result.index] = true;
    ordered[result.index] = result.result;
  }
  if (results.size() == ordered.size()) return ordered;
  return absl::DataLossError("results of a finished operation are missing");
}

api::BatchProcessingStatus ProcessingStatusOf(const store::OperationHead& head) {
  if (head.finished.has_value()) return api::BATCH_PROCESS_PROCESSED;
  return head.started.has_value() ? api::BATCH_PROCESS_IN_PROGRESS : api::BATCH_PROCESS_PENDING;
}

}  // namespace

google::longrunning::Operation OperationOf(const store::OperationHead& head) {
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

absl::StatusOr<OperationAnswer> Operations::Get(
    const auth::Authorized<auth::ReadsOperations>& caller,
    const google::longrunning::GetOperationRequest& request) {
  const std::optional<OperationId> id = ParseOperationName(request.name());
  if (!id.has_value()) return errors::UnknownOperation();
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const std::optional<store::OperationHead> head, snapshot->FindOperation(*id));
  if (!head.has_value() || head->partner != caller.right().partner) {
    return errors::UnknownOperation();
  }
  OperationAnswer answer{.operation = OperationOf(*head), .items = nullptr};
  if (!head->finished.has_value()) return answer;
  ZT_ASSIGN_OR_RETURN(const std::vector<store::IndexedResult> results, snapshot->ReadResults(*id));
  ZT_ASSIGN_OR_RETURN(std::vector<ItemResult> ordered, InRequestOrder(*head, results));
  answer.items = std::make_unique<StoredItems>(store_, *head, std::move(ordered));
  answer.success_count = head->items_succeeded;
  return answer;
}

}  // namespace zerotouch::service
