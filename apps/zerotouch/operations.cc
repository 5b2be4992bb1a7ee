// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/operations.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "base/terminal_text.h"
#include "devices_csv/csv.h"
#include "json/json.h"
#include "zerotouch/results.h"
#include "zerotouch/stop_notice.h"

namespace zerotouch::cli {

using google::longrunning::Operation;

namespace {

// The columns of results without an input file.
const std::vector<std::string> kColumnNames = {"modemtype",    "modemid",     "modemtype2",
                                               "modemid2",     "serial",      "model",
                                               "manufacturer", "profiletype", "owner"};

void AddModem(const char* type, const std::string& id, std::vector<std::string>& fields) {
  if (id.empty()) return;
  fields.emplace_back(type);
  fields.push_back(id);
}

// Returns the row of an input file that corresponds to an item.
std::vector<std::string> RowOf(const api::OperationPerDevice& item) {
  const api::DeviceIdentifier& identifier = item.has_claim() ? item.claim().device_identifier()
                                            : item.has_unclaim()
                                                ? item.unclaim().device_identifier()
                                                : item.update_metadata().device_identifier();
  std::vector<std::string> fields;
  AddModem("IMEI", identifier.imei(), fields);
  AddModem("IMEI", identifier.imei2(), fields);
  AddModem("MEID", identifier.meid(), fields);
  AddModem("MEID", identifier.meid2(), fields);
  fields.resize(4);
  fields.push_back(identifier.serial_number());
  fields.push_back(identifier.model());
  fields.push_back(identifier.manufacturer());
  fields.emplace_back("ZERO_TOUCH");
  fields.push_back(item.claim().customer_id() == 0 ? ""
                                                   : fmt::format("{}", item.claim().customer_id()));
  return fields;
}

terminal::Progress ProgressSince(absl::Time begin, const Operation& operation) {
  const api::DevicesLongRunningOperationMetadata metadata = client::ProgressOf(operation);
  return {.percent = operation.done() ? 100 : metadata.progress(),
          .total = metadata.devices_count(),
          .elapsed = absl::Now() - begin};
}

// Writes the results of a finished operation in the format of the flags.
absl::StatusOr<ExitCode> Report(const OperationFlags& flags, const Operation& operation) {
  ZT_ASSIGN_OR_RETURN(const auto results, client::ResultsOf(operation));
  std::vector<std::unique_ptr<ResultSink>> sinks;
  if (!flags.results.empty()) {
    ZT_ASSIGN_OR_RETURN(sinks.emplace_back(), OpenCsvResults(flags.results, kColumnNames));
  }
  if (flags.format == Format::kCsv) {
    ZT_ASSIGN_OR_RETURN(sinks.emplace_back(), OpenCsvResults("", kColumnNames));
  }
  Summary summary;
  for (const api::OperationPerDevice& item : results.per_device_status()) {
    const RowResult result = ResultOf(summary.total() + 1, item.result());
    summary.Add(result);
    for (const auto& sink : sinks) {
      std::vector<std::string> row = RowOf(item);
      for (std::string& cell : row) cell = csv::MarkedCell(cell);
      sink->Add(std::move(row), result);
    }
  }
  for (const auto& sink : sinks) ZT_RETURN_IF_ERROR(sink->End(summary, {operation.name()}));
  fmt::print(flags.format == Format::kTable ? stdout : stderr, "{}", summary.Table("item"));
  return summary.failed() == 0 ? kDone : kSomeFailed;
}

ExitCode Show(const OperationFlags& flags, const Operation& operation) {
  if (flags.format == Format::kJson) {
    std::string json;
    json::Append(operation, {}, json);
    fmt::print("{}\n", json);
  }
  if (!operation.done()) {
    if (flags.format != Format::kJson) {
      const terminal::Progress progress = ProgressSince(absl::Now(), operation);
      fmt::print("{}: in progress, {} % of {} devices\n", ForTerminal(operation.name()),
                 progress.percent, terminal::Grouped(progress.total));
    }
    return kDone;
  }
  const absl::StatusOr<ExitCode> code = Report(flags, operation);
  if (code.ok()) return *code;
  PrintError(MessageOf(code.status()));
  return kSomeFailed;
}

ExitCode Fail(const absl::Status& error) {
  PrintError(MessageOf(error));
  return ExitCodeOf(error, /*sent=*/false);
}

}  // namespace

std::string RetryText(const absl::Status& failure, absl::Duration pause) {
  return fmt::format("{}; retrying in {:.1f} s", MessageOf(failure), absl::ToDoubleSeconds(pause));
}

void NoteRetry(terminal::ProgressDisplay& display, const absl::Status& failure,
               absl::Duration pause) {
  display.Note(fmt::format("zerotouch: {}", RetryText(failure, pause)));
}

void PrintError(std::string_view text) { fmt::print(stderr, "zerotouch: {}\n", ForTerminal(text)); }

std::string WaitCommand(const std::string& name, const ConnectionFlags& flags) {
  return fmt::format("zerotouch operations wait {}{}", name, RepeatedFlags(flags));
}

absl::StatusOr<Operation> WaitFor(Connection& connection, const std::string& name,
                                  const std::string& resume, terminal::ProgressDisplay& display) {
  SetStopNotice(
      fmt::format("\nzerotouch: stopped waiting; the server continues {}. To wait again:\n"
                  "  {}\n",
                  ForTerminal(name), ForTerminal(resume)));
  const absl::Time begin = absl::Now();
  client::WaitOptions options;
  options.deadline = connection.deadline;
  options.on_poll = [&](const Operation& operation) {
    display.Update(ProgressSince(begin, operation));
  };
  absl::StatusOr<Operation> operation = connection.client->Wait(name, options);
  display.End();
  if (operation.ok() || absl::IsPermissionDenied(operation.status()) ||
      absl::IsUnauthenticated(operation.status()) || absl::IsNotFound(operation.status())) {
    return operation;
  }
  return absl::Status(operation.status().code(),
                      fmt::format("{}; to wait again: {}", MessageOf(operation.status()), resume));
}

ExitCode RunGet(const OperationFlags& flags) {
  absl::StatusOr<Connection> connection = Connect(flags.connection, nullptr);
  if (!connection.ok()) return Fail(connection.status());
  const absl::StatusOr<Operation> operation = connection->client->GetOperation(flags.name);
  if (!operation.ok()) return Fail(operation.status());
  return Show(flags, *operation);
}

ExitCode RunWait(const OperationFlags& flags) {
  terminal::ProgressDisplay display("wait", stderr, terminal::IsTerminal());
  absl::StatusOr<Connection> connection =
      Connect(flags.connection, [&](const absl::Status& failure, absl::Duration pause) {
        NoteRetry(display, failure, pause);
      });
  if (!connection.ok()) return Fail(connection.status());
  const absl::StatusOr<Operation> operation =
      WaitFor(*connection, flags.name, WaitCommand(flags.name, flags.connection), display);
  if (!operation.ok()) {
    PrintError(MessageOf(operation.status()));
    return ExitCodeOf(operation.status(), /*sent=*/!absl::IsNotFound(operation.status()));
  }
  return Show(flags, *operation);
}

}  // namespace zerotouch::cli
