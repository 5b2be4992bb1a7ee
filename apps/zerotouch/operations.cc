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
#include "zerotouch/message_flags.h"
#include "zerotouch/method_call.h"
#include "zerotouch/output.h"
#include "zerotouch/rest_call.h"
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
  const api::SectionType section =
      item.has_claim() ? item.claim().section_type() : item.unclaim().section_type();
  fields.emplace_back(section == api::SECTION_TYPE_SIM_LOCK ? "SIM_LOCK" : "ZERO_TOUCH");
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
absl::StatusOr<ExitCode> Report(const Invocation& invocation, const Operation& operation) {
  ZT_ASSIGN_OR_RETURN(const auto results, client::ResultsOf(operation));
  ResultWriter writer;
  const Format format = invocation.format == Format::kJson ? Format::kTable : invocation.format;
  ZT_RETURN_IF_ERROR(writer.Open(invocation.Get("results"), format, kColumnNames));
  for (const api::OperationPerDevice& item : results.per_device_status()) {
    RowResult result = ResultOf(writer.summary().total() + 1, item.result());
    // An item that was sent by its id can be sent by it again.
    if (result.device_id == 0) {
      result.device_id =
          item.has_unclaim() ? item.unclaim().device_id() : item.update_metadata().device_id();
    }
    std::vector<std::string> row = RowOf(item);
    for (std::string& cell : row) cell = csv::MarkedCell(cell);
    writer.Add(std::move(row), result);
  }
  ZT_RETURN_IF_ERROR(writer.End({operation.name()}));
  fmt::print(invocation.format == Format::kTable ? stdout : stderr, "{}",
             writer.summary().Table("item"));
  return writer.summary().failed() == 0 ? kDone : kSomeFailed;
}

absl::StatusOr<Operation> WaitWithDisplay(const Invocation& invocation) {
  ZT_ASSIGN_OR_RETURN(const std::string name, OperationName(invocation.positionals[0]));
  terminal::ProgressDisplay display("wait", stderr, terminal::IsTerminal());
  ZT_ASSIGN_OR_RETURN(
      Connection connection,
      Connect(invocation.connection, [&](const absl::Status& failure, absl::Duration pause) {
        NoteRetry(display, failure, pause);
      }));
  return WaitFor(connection, name, WaitCommand(name, invocation.connection), display);
}

absl::StatusOr<Operation> GetOnce(const Invocation& invocation) {
  ZT_ASSIGN_OR_RETURN(const std::string name, OperationName(invocation.positionals[0]));
  ZT_ASSIGN_OR_RETURN(const Connection connection, ConnectFor(invocation));
  return connection.client->GetOperation(name);
}

}  // namespace

absl::StatusOr<std::string> OperationName(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789";
  const bool is_number = !text.empty() && text.find_first_not_of(kDigits) == std::string::npos;
  if (is_number) return fmt::format("operations/apibatchoperation/{}", text);
  if (text.starts_with("operations/")) return text;
  return absl::InvalidArgumentError(fmt::format(
      "Invalid operation name \"{}\": it must be a number or begin with operations/", text));
}

ExitCode ShowOperation(const Invocation& invocation, const Operation& operation, bool is_whole) {
  if (invocation.format == Format::kJson && (is_whole || !operation.done())) {
    const absl::Status printed = PrintMessage(operation, Format::kJson);
    if (!printed.ok()) return Fail(invocation, printed);
  }
  if (!operation.done()) {
    if (invocation.format != Format::kJson) {
      const terminal::Progress progress = ProgressSince(absl::Now(), operation);
      fmt::print("{}: in progress, {} % of {} devices\n", ForTerminal(operation.name()),
                 progress.percent, terminal::Grouped(progress.total));
    }
    return kDone;
  }
  absl::StatusOr<ExitCode> code = Report(invocation, operation);
  if (code.ok() && invocation.format == Format::kJson && !is_whole) {
    const absl::Status printed = PrintMessage(operation.response(), Format::kJson);
    if (!printed.ok()) code = printed;
  }
  if (code.ok()) return *code;
  PrintError(MessageOf(code.status()));
  return kSomeFailed;
}

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
                                  const std::string& resume, terminal::ProgressDisplay& display,
                                  const std::string& fields) {
  SetStopNotice(
      fmt::format("\nzerotouch: stopped waiting; the server continues {}. To wait again:\n"
                  "  {}\n",
                  ForTerminal(name), ForTerminal(resume)));
  const absl::Time begin = absl::Now();
  client::WaitOptions options;
  options.deadline = connection.deadline;
  options.uses_wait_method = true;
  options.fields = fields;
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

ExitCode RunOperationGet(const Invocation& invocation) {
  const absl::StatusOr<Operation> operation = GetOnce(invocation);
  if (!operation.ok()) return Fail(invocation, operation.status());
  return ShowOperation(invocation, *operation, /*is_whole=*/true);
}

ExitCode RunOperationResults(const Invocation& invocation) {
  const absl::StatusOr<Operation> operation = GetOnce(invocation);
  if (!operation.ok()) return Fail(invocation, operation.status());
  if (operation->done()) return ShowOperation(invocation, *operation, /*is_whole=*/false);
  PrintError(fmt::format("{} is not done yet; wait for it: {}", operation->name(),
                         WaitCommand(operation->name(), invocation.connection)));
  return kTimedOut;
}

ExitCode RunOperationWait(const Invocation& invocation) {
  const absl::StatusOr<Operation> operation = WaitWithDisplay(invocation);
  if (operation.ok()) return ShowOperation(invocation, *operation, /*is_whole=*/true);
  return Fail(invocation, operation.status());
}

ExitCode RunOperationMethod(const Invocation& invocation) {
  Invocation named = invocation;
  if (named.positionals.empty()) {
    named.positionals.emplace_back("operations");
  } else {
    absl::StatusOr<std::string> name = OperationName(named.positionals[0]);
    if (!name.ok()) return Fail(invocation, name.status());
    named.positionals[0] = *std::move(name);
  }
  return RunMethod(named);
}

absl::StatusOr<Operation> StartOperation(client::Client& client, const std::string& path,
                                         const std::string& body) {
  ZT_ASSIGN_OR_RETURN(std::string answer, client.Send("POST", path, body));
  Operation operation;
  ZT_RETURN_IF_ERROR(ParseJson(std::move(answer), "the server's answer", operation));
  return operation;
}

ExitCode RunOperationUndo(const Invocation& invocation) {
  const absl::StatusOr<std::string> path = PathOf(invocation);
  if (!path.ok()) return Fail(invocation, path.status());
  terminal::ProgressDisplay display("undo", stderr, terminal::IsTerminal());
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  absl::StatusOr<Operation> operation = StartOperation(*connection->client, *path, "{}");
  if (!operation.ok()) return Fail(invocation, operation.status());
  if (invocation.Has("async")) {
    fmt::print("{}\n", ForTerminal(operation->name()));
    return kDone;
  }
  const std::string name = operation->name();
  display.Note(fmt::format("undo: {}", name));
  operation = WaitFor(*connection, name, WaitCommand(name, invocation.connection), display);
  if (!operation.ok()) return Fail(invocation, operation.status());
  return ShowOperation(invocation, *operation, /*is_whole=*/false);
}

}  // namespace zerotouch::cli
