// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/results.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/json_string.h"
#include "base/status_macros.h"
#include "base/terminal_text.h"
#include "devices_csv/csv.h"
#include "devices_csv/device_csv.h"
#include "terminal/progress.h"

namespace zerotouch::cli {
namespace {

constexpr size_t kBufferBytes = size_t{64} << 10;

// Standard output, or a file that gets its name when it is complete.
class Output {
 public:
  static absl::StatusOr<std::unique_ptr<Output>> Open(const std::string& path) {
    if (path.empty()) return std::make_unique<Output>("standard output", "", stdout);
    std::error_code ignored;
    // A device or a pipe is written directly.
    const bool is_special =
        std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
    const std::string part = is_special ? path : path + ".part";
    FILE* const file = std::fopen(part.c_str(), "wb");
    if (file == nullptr) {
      return absl::FailedPreconditionError(
          fmt::format("cannot write the results to {}: {}; give another file by --results", path,
                      std::strerror(errno)));
    }
    return std::make_unique<Output>(path, is_special ? "" : part, file);
  }

  Output(std::string name, std::string part, FILE* file)
      : name_(std::move(name)), part_(std::move(part)), file_(file) {}
  ~Output() {
    if (file_ == stdout || file_ == nullptr) return;
    std::fclose(file_);
    if (!part_.empty()) std::remove(part_.c_str());
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  std::string& buffer() { return buffer_; }
  bool IsTerminal() const { return isatty(fileno(file_)) == 1; }

  void FlushIfFull() {
    if (buffer_.size() >= kBufferBytes) Flush();
  }

  absl::Status Close() {
    Flush();
    if (std::fflush(file_) != 0) Fail();
    if (file_ == stdout || !status_.ok()) return status_;
    if (std::fclose(std::exchange(file_, nullptr)) != 0) Fail();
    if (!part_.empty() && std::rename(part_.c_str(), name_.c_str()) != 0) Fail();
    return status_;
  }

 private:
  void Flush() {
    if (status_.ok() && std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size()) {
      Fail();
    }
    buffer_.clear();
  }

  void Fail() {
    status_.Update(absl::DataLossError(
        fmt::format("cannot write the results to {}: {}", name_, std::strerror(errno))));
  }

  const std::string name_;  // final path
  const std::string part_;  // path until Close; empty: `name_`
  FILE* file_;
  std::string buffer_;
  absl::Status status_;
};

class CsvResults final : public ResultSink {
 public:
  CsvResults(std::unique_ptr<Output> output, std::vector<std::string> names)
      : output_(std::move(output)), is_for_people_(output_->IsTerminal()) {
    names.insert(names.end(), std::begin(csv::kResultColumns), std::end(csv::kResultColumns));
    Append(std::move(names));
  }

  void Add(std::vector<std::string> input, const RowResult& result) override {
    input.push_back(csv::MarkedCell(result.status));
    input.push_back(result.device_id == 0 ? "" : fmt::format("{}", result.device_id));
    input.push_back(csv::MarkedCell(result.error_identifier));
    input.push_back(csv::MarkedCell(result.error_message));
    Append(std::move(input));
    output_->FlushIfFull();
  }

  absl::Status End(const Summary&, const std::vector<std::string>&) override {
    return output_->Close();
  }

 private:
  void Append(std::vector<std::string> cells) {
    if (is_for_people_) {
      for (std::string& cell : cells) cell = ForTerminal(cell);
    }
    csv::AppendCsvRow(cells, output_->buffer());
  }

  const std::unique_ptr<Output> output_;
  const bool is_for_people_;
};

void AppendMember(const char* name, std::string_view value, std::string& json) {
  if (value.empty()) return;
  json += fmt::format(",\"{}\":", name);
  AppendJsonString(value, json);
}

class JsonResults final : public ResultSink {
 public:
  JsonResults() : output_("standard output", "", stdout) { output_.buffer() = "{\"devices\":["; }

  void Add(std::vector<std::string>, const RowResult& result) override {
    std::string& json = output_.buffer();
    json += fmt::format("{}\n{{\"line\":{}", std::exchange(comma_, ","), result.line);
    AppendMember("status", result.status, json);
    AppendMember("deviceId", result.device_id == 0 ? "" : fmt::format("{}", result.device_id),
                 json);
    AppendMember("errorIdentifier", result.error_identifier, json);
    AppendMember("errorMessage", result.error_message, json);
    json += '}';
    output_.FlushIfFull();
  }

  absl::Status End(const Summary& summary, const std::vector<std::string>& operations) override {
    std::string& json = output_.buffer();
    json += "\n],\"operations\":[";
    for (size_t i = 0; i < operations.size(); ++i) {
      if (i > 0) json += ',';
      AppendJsonString(operations[i], json);
    }
    json += "],\"summary\":{";
    const char* comma = "";
    for (const auto& [status, count] : summary.by_status()) {
      json += fmt::format("{}\"{}\":{}", std::exchange(comma, ","), status, count);
    }
    json += "}}\n";
    return output_.Close();
  }

 private:
  Output output_;
  const char* comma_ = "";
};

}  // namespace

bool RowResult::is_success() const {
  return status == api::SingleDeviceStatus_Name(api::SINGLE_DEVICE_STATUS_SUCCESS);
}

RowResult ResultOf(int64_t line, const api::PerDeviceStatusInBatch& item) {
  return {.line = line,
          .status = api::SingleDeviceStatus_IsValid(item.status())
                        ? api::SingleDeviceStatus_Name(item.status())
                        : fmt::format("{}", static_cast<int>(item.status())),
          .device_id = item.device_id(),
          .error_identifier = item.error_identifier(),
          .error_message = item.error_message()};
}

void Summary::Add(const RowResult& result) {
  ++total_;
  ++by_status_[result.status];
  if (result.is_success()) return;
  ++failed_;
  if (failures_.size() < kShownFailures) failures_.push_back(result);
}

std::string Summary::Table(std::string_view line_name) const {
  std::string table;
  for (const auto& [status, count] : by_status_) {
    table += fmt::format("{:>11}  {}\n", terminal::Grouped(count), ForTerminal(status));
  }
  for (const RowResult& failure : failures_) {
    table += fmt::format(
        "{} {}: {}{}{}{}{}\n", line_name, failure.line, ForTerminal(failure.status),
        failure.error_identifier.empty() ? "" : " ", ForTerminal(failure.error_identifier),
        failure.error_message.empty() ? "" : ": ", ForTerminal(failure.error_message));
  }
  if (failed_ > static_cast<int64_t>(failures_.size())) {
    table += fmt::format("... and {} more failures\n",
                         terminal::Grouped(failed_ - static_cast<int64_t>(failures_.size())));
  }
  return table;
}

absl::StatusOr<std::unique_ptr<ResultSink>> OpenCsvResults(const std::string& path,
                                                           std::vector<std::string> names) {
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<Output> output, Output::Open(path));
  return std::make_unique<CsvResults>(std::move(output), std::move(names));
}

absl::Status ResultWriter::Open(const std::string& path, Format format,
                                const std::vector<std::string>& names) {
  if (!path.empty()) {
    ZT_ASSIGN_OR_RETURN(sinks_.emplace_back(), OpenCsvResults(path, names));
  }
  if (format == Format::kCsv) {
    ZT_ASSIGN_OR_RETURN(sinks_.emplace_back(), OpenCsvResults("", names));
  }
  if (format == Format::kJson) sinks_.push_back(OpenJsonResults());
  return absl::OkStatus();
}

void ResultWriter::Add(std::vector<std::string> input, const RowResult& result) {
  summary_.Add(result);
  for (size_t i = 0; i < sinks_.size(); ++i) {
    sinks_[i]->Add(i + 1 == sinks_.size() ? std::move(input) : input, result);
  }
}

absl::Status ResultWriter::End(const std::vector<std::string>& operations) {
  absl::Status status;
  for (const auto& sink : sinks_) status.Update(sink->End(summary_, operations));
  return status;
}

std::unique_ptr<ResultSink> OpenJsonResults() { return std::make_unique<JsonResults>(); }

}  // namespace zerotouch::cli
