// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/devices.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "base/terminal_text.h"
#include "client/api_error.h"
#include "devices_csv/device_file.h"
#include "zerotouch/input_file.h"
#include "zerotouch/results.h"
#include "zerotouch/stop_notice.h"

namespace zerotouch::cli {

using google::longrunning::Operation;

namespace {

// Maximum number of invalid rows that are reported on standard error; the results
// have all of them.
constexpr int kNamedRows = 20;

absl::StatusOr<std::string> ReadCsv(const std::string& path) {
  absl::StatusOr<std::string> text = ReadInputFile(path);
  if (!text.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}; give a CSV file by --csv", MessageOf(text.status())));
  }
  return text;
}

// The rows of one batch, in the order of the file.
struct Batch {
  struct Row {
    std::vector<std::string> input;
    int64_t line = 0;
    std::string problem;  // why it cannot be sent; empty: it is sent
  };
  std::vector<Row> rows;
  api::ClaimDevicesRequest claims;
  api::UnclaimDevicesRequest unclaims;

  int sent() const { return claims.claims_size() + unclaims.unclaims_size(); }
};

// A run of the command.
class Run {
 public:
  Run(Action action, const DevicesFlags& flags)
      : action_(action),
        flags_(flags),
        display_(std::string(NameOf(action)), stderr, terminal::IsTerminal()) {}

  ExitCode Go() {
    absl::Status status = Prepare();
    if (status.ok()) status = SendAll();
    if (!status.ok()) PrintError(MessageOf(status));
    // Nothing was sent: an existing results file stays as it is.
    if (!status.ok() && !sent_) return ExitCodeOf(status, sent_);
    if (flags_.async)
      return !status.ok() ? ExitCodeOf(status, sent_) : bad_rows_ == 0 ? kDone : kSomeFailed;
    const absl::Status written = Finish();
    if (!written.ok()) PrintError(MessageOf(written));
    if (!status.ok()) return ExitCodeOf(status, sent_);
    return summary_.failed() == 0 && written.ok() ? kDone : kSomeFailed;
  }

 private:
  const csv::DeviceCsv& columns() const { return file_.columns(); }

  // Does everything that can fail before anything is sent.
  absl::Status Prepare() {
    ZT_ASSIGN_OR_RETURN(std::string text, ReadCsv(flags_.csv));
    absl::StatusOr<csv::DeviceFile> file = csv::DeviceFile::Open(std::move(text), flags_.multiline);
    if (file.ok() && action_ == Action::kClaim) {
      const absl::Status owners = file->columns().CheckOwners(flags_.customer);
      if (!owners.ok()) file = owners;
    }
    if (!file.ok()) return WithContext(file.status(), flags_.csv);
    file_ = *std::move(file);
    if (!columns().ignored().empty()) {
      PrintError(fmt::format("{}: ignoring the unknown columns {}", flags_.csv,
                             fmt::join(columns().ignored(), ", ")));
    }
    has_row_ = file_.Next(row_);
    if (!has_row_) {
      return absl::InvalidArgumentError(fmt::format("{} has no rows below its header", flags_.csv));
    }
    ZT_ASSIGN_OR_RETURN(connection_, Connect(flags_.connection, [this](const absl::Status& failure,
                                                                       absl::Duration pause) {
                          NoteRetry(display_, failure, pause);
                        }));
    return flags_.async ? absl::OkStatus() : OpenResults();
  }

  absl::Status OpenResults() {
    std::error_code ignored;
    if (!flags_.results.empty()) {
      if (std::filesystem::equivalent(flags_.results, flags_.csv, ignored)) {
        return absl::InvalidArgumentError(
            "--results would replace the file of --csv; give another file");
      }
      ZT_ASSIGN_OR_RETURN(sinks_.emplace_back(), OpenCsvResults(flags_.results, columns().names()));
    }
    if (flags_.format == Format::kCsv) {
      ZT_ASSIGN_OR_RETURN(sinks_.emplace_back(), OpenCsvResults("", columns().names()));
    }
    if (flags_.format == Format::kJson) sinks_.push_back(OpenJsonResults());
    return absl::OkStatus();
  }

  absl::Status SendAll() {
    while (has_row_) {
      Batch batch = NextBatch();
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
    while (has_row_ && batch.sent() < flags_.batch_items) {
      Batch::Row& row = batch.rows.emplace_back();
      row.line = row_.line;
      if (!flags_.async) row.input = columns().InputOf(row_);
      const absl::Status status = AddItem(batch);
      if (!status.ok()) {
        row.problem = MessageOf(status);
        NameRow(row);
      }
      has_row_ = file_.Next(row_);
    }
    return batch;
  }

  absl::Status AddItem(Batch& batch) {
    if (action_ == Action::kClaim) {
      api::PartnerClaim defaults;
      defaults.set_customer_id(flags_.customer);
      ZT_ASSIGN_OR_RETURN(*batch.claims.add_claims(), columns().ClaimOf(row_, defaults));
    } else {
      ZT_ASSIGN_OR_RETURN(*batch.unclaims.add_unclaims(), columns().UnclaimOf(row_, {}));
    }
    return absl::OkStatus();
  }

  void NameRow(const Batch::Row& row) {
    if (++bad_rows_ > kNamedRows) return;
    PrintError(fmt::format("{}: line {} is not sent: {}", flags_.csv, row.line, row.problem));
    if (bad_rows_ == kNamedRows) {
      PrintError("further invalid lines are reported only in the results");
    }
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
    if (flags_.async) {
      fmt::print("{}\n", ForTerminal(operation->name()));
      return api::DevicesLongRunningOperationResponse();
    }
    display_.Note(fmt::format("{}: {} devices sent, {}", NameOf(action_), terminal::Grouped(count),
                              operation->name()));
    ZT_ASSIGN_OR_RETURN(const Operation finished,
                        WaitFor(connection_, operation->name(),
                                WaitCommand(operation->name(), flags_.connection), display_));
    ZT_ASSIGN_OR_RETURN(auto results, client::ResultsOf(finished));
    if (results.per_device_status_size() != count) {
      return absl::DataLossError(fmt::format("{} holds {} results for {} devices",
                                             operation->name(), results.per_device_status_size(),
                                             count));
    }
    return results;
  }

  absl::StatusOr<Operation> Send(Batch& batch) {
    if (action_ == Action::kClaim) {
      batch.claims.set_partner_id(flags_.partner);
      return connection_.client->ClaimDevicesAsync(std::move(batch.claims));
    }
    batch.unclaims.set_partner_id(flags_.partner);
    return connection_.client->UnclaimDevicesAsync(std::move(batch.unclaims));
  }

  // Adds to an error what to do about a batch that was, or may have been, refused.
  absl::Status Explain(const absl::Status& error) {
    const std::string_view message = MessageOf(error);
    const std::optional<client::ApiError> answer = client::ApiErrorOf(error);
    if (answer && answer->http_status == 403) {
      return absl::PermissionDeniedError(
          fmt::format("{} (Is partner {} right, and may {} act for it?)", message, flags_.partner,
                      connection_.email));
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
                        : " (devices that are already claimed stay as they are)"));
  }

  // Adds the results of a batch's rows, in order. Without `results` the status of
  // every row is `otherwise`.
  void AddAll(const Batch& batch, const api::DevicesLongRunningOperationResponse* results,
              const char* otherwise) {
    int next = 0;
    for (const Batch::Row& row : batch.rows) {
      RowResult result{.line = row.line, .status = otherwise};
      if (!row.problem.empty()) {
        result.status = kInvalidRow;
        result.error_message = row.problem;
      } else if (flags_.async) {
        continue;
      } else if (results != nullptr) {
        result = ResultOf(row.line, results->per_device_status(next++).result());
      } else if (!operations_.empty() && otherwise == kUnfinished) {
        result.error_message = fmt::format("see {}", operations_.back());
      }
      summary_.Add(result);
      for (const auto& sink : sinks_) sink->Add(row.input, result);
    }
  }

  // Adds the rows that were never sent to the results, and ends the results.
  absl::Status Finish() {
    for (; has_row_; has_row_ = file_.Next(row_)) {
      const RowResult result{.line = row_.line, .status = kNotSent};
      summary_.Add(result);
      for (const auto& sink : sinks_) sink->Add(columns().InputOf(row_), result);
    }
    absl::Status status;
    for (const auto& sink : sinks_) status.Update(sink->End(summary_, operations_));
    fmt::print(flags_.format == Format::kTable ? stdout : stderr, "{}", summary_.Table("line"));
    if (!flags_.results.empty() && status.ok()) {
      fmt::print(stderr, "results of each line: {}\n", ForTerminal(flags_.results));
    }
    return status;
  }

  const Action action_;
  const DevicesFlags& flags_;
  terminal::ProgressDisplay display_;

  csv::DeviceFile file_;
  csv::CsvRecord row_;  // the next one
  bool has_row_ = false;
  int bad_rows_ = 0;

  Connection connection_;
  bool sent_ = false;                   // true if the server may have accepted a batch
  const char* batch_state_ = kNotSent;  // of the current batch, see Process
  std::vector<std::string> operations_;

  std::vector<std::unique_ptr<ResultSink>> sinks_;
  Summary summary_;
};

}  // namespace

std::string_view NameOf(Action action) { return action == Action::kClaim ? "claim" : "unclaim"; }

ExitCode RunDevices(Action action, const DevicesFlags& flags) { return Run(action, flags).Go(); }

}  // namespace zerotouch::cli
