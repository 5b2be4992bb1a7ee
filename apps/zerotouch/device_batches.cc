// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "base/terminal_text.h"
#include "client/api_error.h"
#include "json/json.h"
#include "terminal/progress.h"
#include "zerotouch/device_rows.h"
#include "zerotouch/message_flags.h"
#include "zerotouch/method_call.h"
#include "zerotouch/operations.h"
#include "zerotouch/owner_check.h"
#include "zerotouch/stop_notice.h"

namespace zerotouch::cli {

using google::longrunning::Operation;

namespace {

// Maximum number of invalid rows that are reported on standard error; the results
// have all of them.
constexpr int kNamedRows = 20;

// The fields of a finished operation without copies of the items that were sent.
constexpr char kResultFields[] = "name,done,metadata,error,response(perDeviceStatus(result))";

// The rows of one batch, in the order of the file.
struct Batch {
  struct Row {
    std::vector<std::string> input;
    int64_t line = 0;
    int64_t device_id = 0;  // by which it is sent; 0: by identifiers
    std::string problem;    // why it cannot be sent; empty: it is sent
  };
  std::vector<Row> rows;
  std::vector<OwnedDevice> owned;  // unclaims with an owner, to be checked
  api::ClaimDevicesRequest claims;
  api::UnclaimDevicesRequest unclaims;
  api::UpdateDeviceMetadataInBatchRequest updates;

  int sent() const {
    return claims.claims_size() + unclaims.unclaims_size() + updates.updates_size();
  }
};

// A run of the command.
class BatchRun {
 public:
  BatchRun(Action action, const Invocation& invocation)
      : action_(action),
        invocation_(invocation),
        is_async_(invocation.Has("async")),
        is_preview_(invocation.Has("preview")),
        batch_items_(invocation.Has("batch-size") ? invocation.Number("batch-size")
                                                  : limits::kBatchItems),
        display_(std::string(NameOf(action)), stderr, terminal::IsTerminal()) {}

  ExitCode Go() {
    absl::Status status = Prepare();
    if (status.ok()) status = SendAll();
    if (!status.ok()) PrintError(MessageOf(status));
    // Nothing was sent: an existing results file stays as it is.
    if (!status.ok() && !sent_) return ExitCodeOf(status, sent_);
    if (is_async_) {
      return !status.ok() ? ExitCodeOf(status, sent_) : bad_rows_ == 0 ? kDone : kSomeFailed;
    }
    const absl::Status written = Finish();
    if (!written.ok()) PrintError(MessageOf(written));
    if (!status.ok()) return ExitCodeOf(status, sent_);
    return writer_.summary().failed() == 0 && written.ok() ? kDone : kSomeFailed;
  }

 private:
  const csv::DeviceCsv& columns() const { return file_.columns(); }

  // Does everything that can fail before anything is sent.
  absl::Status Prepare() {
    if (invocation_.partner == 0) return ParentOf(invocation_).status();
    ZT_RETURN_IF_ERROR(FillFromFlags(invocation_, claim_));
    ZT_RETURN_IF_ERROR(FillFromFlags(invocation_, unclaim_));
    ZT_RETURN_IF_ERROR(FillFromFlags(invocation_, update_));
    if (claim_.customer_id() == 0) claim_.set_customer_id(invocation_.Number("customer"));
    ZT_ASSIGN_OR_RETURN(file_, OpenDeviceFile(invocation_, row_));
    has_row_ = true;
    if (action_ == Action::kClaim && claim_.google_workspace_customer_id().empty()) {
      const absl::Status owners = columns().CheckOwners(claim_.customer_id());
      if (!owners.ok()) return WithContext(owners, invocation_.Get("csv"));
    }
    ZT_ASSIGN_OR_RETURN(
        connection_,
        Connect(invocation_.connection, [this](const absl::Status& failure, absl::Duration pause) {
          NoteRetry(display_, failure, pause);
        }));
    return is_async_ ? absl::OkStatus() : OpenResults();
  }

  absl::Status OpenResults() {
    std::error_code ignored;
    const std::string results = invocation_.Get("results");
    if (!results.empty() && std::filesystem::equivalent(results, invocation_.Get("csv"), ignored)) {
      return absl::InvalidArgumentError(
          "--results would replace the file of --csv; give another file");
    }
    return writer_.Open(results, invocation_.format, columns().names());
  }

  absl::Status SendAll() {
    while (has_row_) {
      Batch batch = NextBatch();
      if (!batch.owned.empty()) ZT_RETURN_IF_ERROR(CheckOwners(batch));
      if (batch.sent() > 0) {
        absl::StatusOr<api::DevicesLongRunningOperationResponse> results = Process(batch);
        if (!results.ok()) {
          if (sent_) AddAll(batch, nullptr, batch_state_);
          return results.status();
        }
        AddAll(batch, &*results, kUnfinished);
      } else {
        AddAll(batch, nullptr, kUnfinished);
      }
    }
    return absl::OkStatus();
  }

  Batch NextBatch() {
    Batch batch;
    while (has_row_ && batch.sent() < batch_items_) {
      Batch::Row& row = batch.rows.emplace_back();
      row.line = row_.line;
      if (!is_async_) row.input = columns().InputOf(row_);
      const absl::Status status = AddItem(batch, row);
      if (!status.ok()) Refuse(row, MessageOf(status));
      has_row_ = file_.Next(row_);
    }
    return batch;
  }

  absl::Status AddItem(Batch& batch, Batch::Row& row) {
    switch (action_) {
      case Action::kClaim: {
        ZT_ASSIGN_OR_RETURN(api::PartnerClaim claim, columns().ClaimOf(row_, claim_));
        *batch.claims.add_claims() = std::move(claim);
        break;
      }
      case Action::kUnclaim: {
        ZT_ASSIGN_OR_RETURN(api::PartnerUnclaim unclaim, columns().UnclaimOf(row_, unclaim_));
        ZT_ASSIGN_OR_RETURN(const int64_t owner, columns().OwnerOf(row_));
        row.device_id = unclaim.device_id();
        if (owner != 0) {
          batch.owned.push_back({.item = batch.unclaims.unclaims_size(),
                                 .row = batch.rows.size() - 1,
                                 .owner = owner});
        }
        *batch.unclaims.add_unclaims() = std::move(unclaim);
        break;
      }
      case Action::kMetadata: {
        ZT_ASSIGN_OR_RETURN(api::UpdateMetadataArguments update,
                            columns().MetadataOf(row_, update_));
        row.device_id = update.device_id();
        *batch.updates.add_updates() = std::move(update);
        break;
      }
    }
    return absl::OkStatus();
  }

  void Refuse(Batch::Row& row, std::string_view problem) {
    row.problem = problem;
    if (++bad_rows_ > kNamedRows) return;
    PrintError(
        fmt::format("{}: line {} is not sent: {}", invocation_.Get("csv"), row.line, row.problem));
    if (bad_rows_ == kNamedRows) {
      PrintError("further invalid lines are reported only in the results");
    }
  }

  // Takes the rows out of the batch whose device another owner holds.
  absl::Status CheckOwners(Batch& batch) {
    ZT_ASSIGN_OR_RETURN(
        const std::vector<WrongOwner> wrong,
        FindWrongOwners(*connection_.client, invocation_.partner, batch.unclaims, batch.owned));
    if (wrong.empty()) return absl::OkStatus();
    std::vector<bool> is_wrong(static_cast<size_t>(batch.unclaims.unclaims_size()));
    for (const WrongOwner& found : wrong) {
      const OwnedDevice& device = batch.owned[found.device];
      is_wrong[static_cast<size_t>(device.item)] = true;
      Refuse(batch.rows[device.row],
             fmt::format("customer {} holds the device, not the owner {}; correct the owner, or "
                         "leave it empty",
                         found.holder, device.owner));
    }
    api::UnclaimDevicesRequest kept;
    for (int i = 0; i < batch.unclaims.unclaims_size(); ++i) {
      if (!is_wrong[static_cast<size_t>(i)]) {
        *kept.add_unclaims() = std::move(*batch.unclaims.mutable_unclaims(i));
      }
    }
    batch.unclaims = std::move(kept);
    return absl::OkStatus();
  }

  // Sends a batch and, without --async, waits for it. If this fails,
  // batch_state_ is the status of its rows.
  absl::StatusOr<api::DevicesLongRunningOperationResponse> Process(Batch& batch) {
    const int count = batch.sent();
    SetStopNotice(fmt::format(
        "\nzerotouch: stopped before the server answered; it may have accepted the batch. "
        "Run the command again: devices that are done stay done.\n"));
    batch_state_ = kNotSent;
    absl::StatusOr<Operation> operation = Send(batch);
    if (!operation.ok()) return Explain(operation.status());
    sent_ = true;
    batch_state_ = kUnfinished;
    operations_.push_back(operation->name());
    if (is_async_) {
      fmt::print("{}\n", ForTerminal(operation->name()));
      return api::DevicesLongRunningOperationResponse();
    }
    display_.Note(fmt::format("{}: {} devices sent, {}", NameOf(action_), terminal::Grouped(count),
                              operation->name()));
    ZT_ASSIGN_OR_RETURN(
        const Operation finished,
        WaitFor(connection_, operation->name(),
                WaitCommand(operation->name(), invocation_.connection), display_, kResultFields));
    ZT_ASSIGN_OR_RETURN(auto results, client::ResultsOf(finished));
    if (results.per_device_status_size() != count) {
      return absl::DataLossError(fmt::format("{} holds {} results for {} devices",
                                             operation->name(), results.per_device_status_size(),
                                             count));
    }
    return results;
  }

  absl::StatusOr<Operation> Send(Batch& batch) {
    const int64_t partner = invocation_.partner;
    if (is_preview_) return Preview(batch);
    switch (action_) {
      case Action::kClaim:
        batch.claims.set_partner_id(partner);
        return connection_.client->ClaimDevicesAsync(std::move(batch.claims));
      case Action::kUnclaim:
        batch.unclaims.set_partner_id(partner);
        return connection_.client->UnclaimDevicesAsync(std::move(batch.unclaims));
      case Action::kMetadata:
        break;
    }
    batch.updates.set_partner_id(partner);
    Operation operation;
    ZT_RETURN_IF_ERROR(connection_.client->CallMethod(
        MethodNamed("google.android.device.provisioning.v1.PartnerService."
                    "UpdateDeviceMetadataInBatch"),
        batch.updates, operation));
    return operation;
  }

  absl::StatusOr<Operation> Preview(const Batch& batch) {
    std::string body;
    json::Append(action_ == Action::kClaim
                     ? static_cast<const google::protobuf::Message&>(batch.claims)
                     : batch.unclaims,
                 {.pretty = false}, body);
    return StartOperation(
        *connection_.client,
        fmt::format("/openzerotouch/v1/partners/{}/devices:preview{}", invocation_.partner,
                    action_ == Action::kClaim ? "Claim" : "Unclaim"),
        body);
  }

  // Adds to an error what to do about a batch that was, or may have been, refused.
  absl::Status Explain(const absl::Status& error) {
    const std::string_view message = MessageOf(error);
    const std::optional<client::ApiError> answer = client::ApiErrorOf(error);
    if (answer && answer->http_status == 403) {
      return absl::PermissionDeniedError(
          fmt::format("{} (Is partner {} right, and may {} act for it?)", message,
                      invocation_.partner, connection_.email));
    }
    // With 503 in its own form the API says that it did nothing.
    const bool refused = answer && answer->http_status == 503 && answer->is_envelope();
    const bool in_doubt = absl::IsAborted(error) || absl::IsDeadlineExceeded(error) ||
                          (answer && answer->http_status >= 500 && !refused);
    if (!in_doubt) return error;
    sent_ = true;
    batch_state_ = kUnfinished;
    return absl::Status(
        error.code(),
        fmt::format("{}; the server may have accepted the batch: run the command again{}", message,
                    action_ == Action::kUnclaim
                        ? " (devices that are already unclaimed fail with INVALID_OPERATION)"
                        : " (devices that are done already stay as they are)"));
  }

  // Adds the results of a batch's rows, in order. Without `results` the status of
  // every row is `otherwise`.
  void AddAll(Batch& batch, const api::DevicesLongRunningOperationResponse* results,
              const char* otherwise) {
    int next = 0;
    for (Batch::Row& row : batch.rows) {
      RowResult result{.line = row.line, .status = otherwise};
      if (!row.problem.empty()) {
        result.status = kInvalidRow;
        result.error_message = row.problem;
      } else if (is_async_) {
        continue;
      } else if (results != nullptr) {
        result = ResultOf(row.line, results->per_device_status(next++).result());
      } else if (!operations_.empty() && otherwise == kUnfinished) {
        result.error_message = fmt::format("see {}", operations_.back());
      }
      if (result.device_id == 0) result.device_id = row.device_id;
      writer_.Add(std::move(row.input), result);
    }
  }

  // Adds the rows that were never sent to the results, and ends the results.
  absl::Status Finish() {
    for (; has_row_; has_row_ = file_.Next(row_)) {
      writer_.Add(columns().InputOf(row_), {.line = row_.line, .status = kNotSent});
    }
    const absl::Status status = writer_.End(operations_);
    fmt::print(invocation_.format == Format::kTable ? stdout : stderr, "{}{}",
               is_preview_ ? "preview: this would happen, and nothing was changed\n" : "",
               writer_.summary().Table("line"));
    if (invocation_.Has("results") && status.ok()) {
      fmt::print(stderr, "results of each line: {}\n", ForTerminal(invocation_.Get("results")));
    }
    return status;
  }

  const Action action_;
  const Invocation& invocation_;
  const bool is_async_;
  const bool is_preview_;
  const int64_t batch_items_;
  terminal::ProgressDisplay display_;

  // Stand in for what rows leave out.
  api::PartnerClaim claim_;
  api::PartnerUnclaim unclaim_;
  api::UpdateMetadataArguments update_;

  csv::DeviceFile file_;
  csv::CsvRecord row_;  // the next one
  bool has_row_ = false;
  int bad_rows_ = 0;

  Connection connection_;
  bool sent_ = false;                   // true if the server may have accepted a batch
  const char* batch_state_ = kNotSent;  // of the current batch, see Process
  std::vector<std::string> operations_;
  ResultWriter writer_;
};

}  // namespace

std::string_view NameOf(Action action) {
  switch (action) {
    case Action::kClaim:
      return "claim";
    case Action::kUnclaim:
      return "unclaim";
    case Action::kMetadata:
      return "metadata";
  }
  return "";
}

ExitCode RunBatches(Action action, const Invocation& invocation) {
  return BatchRun(action, invocation).Go();
}

}  // namespace zerotouch::cli
