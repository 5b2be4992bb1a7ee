// SPDX-License-Identifier: Apache-2.0
#include "service/operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/status_macros.h"
#include "batch/stored_request.h"
#include "errors/errors.h"
#include "model/resource_name.h"
#include "service/listing.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

void SetItem(api::PartnerClaim&& item, api::OperationPerDevice& out) {
  *out.mutable_claim() = std::move(item);
}
void SetItem(api::PartnerUnclaim&& item, api::OperationPerDevice& out) {
  *out.mutable_unclaim() = std::move(item);
}
void SetItem(api::UpdateMetadataArguments&& item, api::OperationPerDevice& out) {
  *out.mutable_update_metadata() = std::move(item);
}
auto& ItemsOf(api::ClaimDevicesRequest& request) { return *request.mutable_claims(); }
auto& ItemsOf(api::UnclaimDevicesRequest& request) { return *request.mutable_unclaims(); }

auto& ItemsOf(api::UpdateDeviceMetadataInBatchRequest& request) {
  return *request.mutable_updates();
}

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
      case store::BatchKind::kUpdateMetadata:
        ZT_RETURN_IF_ERROR(Join<api::UpdateDeviceMetadataInBatchRequest>(items));
        break;
    }
    ++chunk_;
    return true;
  }

  void Restart() override {
    chunk_ = 0;
    index_ = 0;
  }

 private:
  template <class Request>
  absl::Status Join(google::protobuf::RepeatedPtrField<api::OperationPerDevice>* items) {
    Request request;
    {
      ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
      ZT_ASSIGN_OR_RETURN(const std::vector<std::string> chunk,
                          snapshot->ReadRequestChunks(head_.id, chunk_, 1));
      ZT_RETURN_IF_ERROR(batch::ParseChunk(chunk[0], head_.id, request));
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

// Results in the order of the request. DATA_LOSS unless each item has one, but
// for a cancelled operation, whose other items were called off.
absl::StatusOr<std::vector<ItemResult>> InRequestOrder(
    const store::OperationHead& head, const std::vector<store::IndexedResult>& results) {
  std::vector<ItemResult> ordered(static_cast<size_t>(head.items),
                                  {.outcome = Outcome::kCancelled, .device = {}});
  std::vector<bool> seen(ordered.size());
  for (const store::IndexedResult& result : results) {
    if (result.index >= ordered.size() || seen[result.index]) {
      return absl::DataLossError("results of an operation do not fit its items");
    }
    seen[result.index] = true;
    ordered[result.index] = result.result;
  }
  if (head.cancelled || results.size() == ordered.size()) return ordered;
  return absl::DataLossError("results of a finished operation are missing");
}

api::BatchProcessingStatus ProcessingStatusOf(const store::OperationHead& head) {
  if (head.finished.has_value()) return api::BATCH_PROCESS_PROCESSED;
  return head.started.has_value() ? api::BATCH_PROCESS_IN_PROGRESS : api::BATCH_PROCESS_PENDING;
}

// The operation that `name` names, if it is the partner's; else
// errors::UnknownOperation.
absl::StatusOr<store::OperationHead> FindOwn(store::OperationReads& reads, PartnerId partner,
                                             const std::string& name) {
  const std::optional<OperationId> id = ParseOperationName(name);
  if (!id.has_value()) return errors::UnknownOperation();
  ZT_ASSIGN_OR_RETURN(const std::optional<store::OperationHead> head, reads.FindOperation(*id));
  if (!head.has_value() || head->partner != partner) return errors::UnknownOperation();
  return *head;
}

absl::StatusOr<OperationAnswer> AnswerOf(store::Store& store, PartnerId partner,
                                         const std::string& name) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head, FindOwn(*snapshot, partner, name));
  OperationAnswer answer{.operation = OperationOf(head), .items = nullptr};
  if (!head.finished.has_value()) return answer;
  ZT_ASSIGN_OR_RETURN(const std::vector<store::IndexedResult> results,
                      snapshot->ReadResults(head.id));
  ZT_ASSIGN_OR_RETURN(std::vector<ItemResult> ordered, InRequestOrder(head, results));
  answer.items = std::make_unique<StoredItems>(store, head, std::move(ordered));
  answer.success_count = head.items_succeeded;
  return answer;
}

// In a list: finished or not, with the number of successes but not each item.
google::longrunning::Operation SummaryOf(const store::OperationHead& head) {
  google::longrunning::Operation operation = OperationOf(head);
  if (head.finished.has_value()) {
    api::DevicesLongRunningOperationResponse response;
    response.set_success_count(head.items_succeeded);
    operation.mutable_response()->PackFrom(response);
  }
  return operation;
}

// `done=true` or `done=false`, with blanks where they do no harm; nullopt if
// the filter is empty.
absl::StatusOr<std::optional<bool>> ReadFilter(const std::string& filter) {
  std::string text;
  std::copy_if(filter.begin(), filter.end(), std::back_inserter(text),
               [](char c) { return c != ' '; });
  if (text.empty()) return std::nullopt;
  if (text == "done=true") return true;
  if (text == "done=false") return false;
  return errors::InvalidParameter("filter", "give done=true or done=false, or leave it out");
}

// How long a caller is kept waiting.
absl::StatusOr<absl::Duration> WaitOf(const google::longrunning::WaitOperationRequest& request) {
  if (!request.has_timeout()) return limits::kOperationWait;
  const auto& timeout = request.timeout();
  if (timeout.seconds() < 0 || timeout.nanos() < 0) {
    return errors::InvalidParameter("timeout", "a time-out is not negative");
  }
  return std::min(absl::Seconds(timeout.seconds()) + absl::Nanoseconds(timeout.nanos()),
                  limits::kOperationWait);
}

// How often a waiting call looks whether the operation is done: soon at first,
// for a small batch takes milliseconds.
constexpr absl::Duration kFirstLook = absl::Milliseconds(5);
constexpr absl::Duration kRareLook = absl::Milliseconds(200);

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

absl::StatusOr<google::longrunning::ListOperationsResponse> Operations::List(
    const Reader& caller, const google::longrunning::ListOperationsRequest& request) {
  if (!request.name().empty() && request.name() != "operations") {
    return errors::InvalidParameter("name", "the list is named operations");
  }
  ZT_ASSIGN_OR_RETURN(
      const int64_t size,
      PageSize(request.page_size(), limits::kOperationsPageDefault, limits::kOperationsPage));
  ZT_ASSIGN_OR_RETURN(const std::optional<bool> done, ReadFilter(request.filter()));
  const PartnerId partner = caller.right().partner;
  ZT_ASSIGN_OR_RETURN(Listing listing,
                      Listing::Open(store_,
                                    fmt::format("operations.list {} {}", partner.value(),
                                                !done.has_value() ? "all"
                                                : *done           ? "done"
                                                                  : "not done"),
                                    request.page_token()));
  ZT_ASSIGN_OR_RETURN(const store::Page<store::OperationHead> page,
                      listing.snapshot().ListOperations(partner, done, listing.after(), size));
  google::longrunning::ListOperationsResponse response;
  for (const store::OperationHead& head : page.rows) *response.add_operations() = SummaryOf(head);
  if (page.more) response.set_next_page_token(listing.TokenAfter(page.rows.back().number));
  return response;
}

absl::StatusOr<OperationAnswer> Operations::Get(
    const Reader& caller, const google::longrunning::GetOperationRequest& request) {
  return AnswerOf(store_, caller.right().partner, request.name());
}

absl::StatusOr<google::protobuf::Empty> Operations::Cancel(
    const Changer& caller, const google::longrunning::CancelOperationRequest& request) {
  ZT_RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                        FindOwn(transaction, caller.right().partner, request.name()));
    return transaction.CancelOperation(head.id, clock_.Now());
  }));
  return google::protobuf::Empty();
}

absl::StatusOr<google::protobuf::Empty> Operations::Delete(
    const Changer& caller, const google::longrunning::DeleteOperationRequest& request) {
  ZT_RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                        FindOwn(transaction, caller.right().partner, request.name()));
    if (!head.finished.has_value()) {
      return errors::InvalidOperation(
          "The operation is not finished. Cancel it first, or wait until it is done.");
    }
    return transaction.DeleteOperation(head.id);
  }));
  return google::protobuf::Empty();
}

absl::StatusOr<OperationAnswer> Operations::Wait(
    const Reader& caller, const google::longrunning::WaitOperationRequest& request) {
  ZT_ASSIGN_OR_RETURN(const absl::Duration timeout, WaitOf(request));
  const PartnerId partner = caller.right().partner;
  bool may_wait = false;
  {
    const std::lock_guard lock(mutex_);
    may_wait = waiters_ > 0;
    if (may_wait) --waiters_;
  }
  if (may_wait) {
    const absl::Status status = AwaitDone(partner, request.name(), timeout);
    {
      const std::lock_guard lock(mutex_);
      ++waiters_;
    }
    ZT_RETURN_IF_ERROR(status);
  }
  return AnswerOf(store_, partner, request.name());
}

// Returns when the operation is done, at the time-out, or when waiting stops.
absl::Status Operations::AwaitDone(PartnerId partner, const std::string& name,
                                   absl::Duration timeout) {
  absl::Duration look = kFirstLook;
  while (true) {
    {
      ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
      ZT_ASSIGN_OR_RETURN(const store::OperationHead head, FindOwn(*snapshot, partner, name));
      if (head.finished.has_value()) return absl::OkStatus();
    }
    if (timeout <= absl::ZeroDuration() || !Pause(std::min(look, timeout))) {
      return absl::OkStatus();
    }
    timeout -= look;
    look = std::min(look * 2, kRareLook);
  }
}

// False when waiting has stopped.
bool Operations::Pause(absl::Duration length) {
  std::unique_lock lock(mutex_);
  stopped_.wait_for(lock, absl::ToChronoMicroseconds(length), [&] { return stopping_; });
  return !stopping_;
}

void Operations::StopWaiting() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
}

}  // namespace zerotouch::service
