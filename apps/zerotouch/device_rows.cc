// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/device_rows.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "base/terminal_text.h"
#include "client/api_error.h"
#include "zerotouch/input_file.h"
#include "zerotouch/method_call.h"
#include "zerotouch/operations.h"

namespace zerotouch::cli {
namespace {

std::string ShownName(const std::string& path) { return path == "-" ? "standard input" : path; }

// Returns the result of a row whose call was refused.
RowResult RefusedRow(int64_t line, const absl::Status& error) {
  const std::optional<client::ApiError> answer = client::ApiErrorOf(error);
  RowResult result{.line = line, .status = kInvalidRow};
  result.error_message = answer ? answer->message : std::string(MessageOf(error));
  if (answer) {
    result.status =
        answer->status.empty() ? fmt::format("HTTP {}", answer->http_status) : answer->status;
    result.error_identifier = answer->code;
  }
  return result;
}

}  // namespace

absl::StatusOr<csv::DeviceFile> OpenDeviceFile(const Invocation& invocation,
                                               csv::CsvRecord& first) {
  const std::string path = invocation.Get("csv");
  absl::StatusOr<std::string> bytes = ReadInputFile(path);
  if (!bytes.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}; give a CSV file by --csv", MessageOf(bytes.status())));
  }
  absl::StatusOr<csv::DeviceFile> file =
      csv::DeviceFile::Open(*std::move(bytes), invocation.Has("allow-multiline"));
  if (!file.ok()) return WithContext(file.status(), ShownName(path));
  if (!file->columns().ignored().empty()) {
    PrintError(fmt::format("{}: ignoring the unknown columns {}", ShownName(path),
                           fmt::join(file->columns().ignored(), ", ")));
  }
  if (!file->Next(first)) {
    return absl::InvalidArgumentError(
        fmt::format("{} has no rows below its header", ShownName(path)));
  }
  return file;
}

ExitCode RunRows(const Invocation& invocation, const RowCall& call) {
  csv::CsvRecord row;
  absl::StatusOr<csv::DeviceFile> file = OpenDeviceFile(invocation, row);
  if (!file.ok()) return Fail(invocation, file.status());
  ResultWriter writer;
  absl::Status status =
      writer.Open(invocation.Get("results"), invocation.format, file->columns().names());
  if (!status.ok()) return Fail(invocation, status);
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  absl::Status lost;  // ends the run: the next row would fail like this one
  do {
    RowResult result{.line = row.line, .status = kNotSent};
    if (lost.ok()) {
      status = call(*connection->client, file->columns(), row);
      result = RowResult{.line = row.line,
                         .status = api::SingleDeviceStatus_Name(api::SINGLE_DEVICE_STATUS_SUCCESS)};
      if (!status.ok()) result = RefusedRow(row.line, status);
      if (!status.ok() && ExitCodeOf(status, false) != kUsage) lost = status;
      const absl::StatusOr<int64_t> id = file->columns().DeviceIdOf(row);
      if (id.ok()) result.device_id = *id;
    }
    writer.Add(file->columns().InputOf(row), result);
  } while (file->Next(row));
  status = writer.End({});
  fmt::print(invocation.format == Format::kTable ? stdout : stderr, "{}",
             writer.summary().Table("line"));
  if (!lost.ok()) return Fail(invocation, lost);
  if (!status.ok()) PrintError(MessageOf(status));
  return status.ok() && writer.summary().failed() == 0 ? kDone : kSomeFailed;
}

}  // namespace zerotouch::cli
