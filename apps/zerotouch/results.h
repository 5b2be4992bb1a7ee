// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_RESULTS_H_
#define ZEROTOUCH_ZEROTOUCH_RESULTS_H_

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "zerotouch/command.h"

namespace zerotouch::cli {

namespace api = client::api;

// Statuses of rows for which the API gave no result.
inline constexpr char kInvalidRow[] = "INVALID_ROW";  // the row could not be sent
inline constexpr char kNotSent[] = "NOT_SENT";        // an earlier error ended the command
inline constexpr char kUnfinished[] = "UNFINISHED";   // sent, but the result is unknown

// The result of one row.
struct RowResult {
  int64_t line = 0;    // line of the input file; without one, the item's number from 1
  std::string status;  // a SingleDeviceStatus by name, or one of the above
  int64_t device_id = 0;
  std::string error_identifier;
  std::string error_message;

  bool is_success() const;
};

// Returns the result of an item of a finished operation.
RowResult ResultOf(int64_t line, const api::PerDeviceStatusInBatch& item);

// Counts rows by status and keeps the first failures.
class Summary {
 public:
  void Add(const RowResult& result);

  int64_t total() const { return total_; }
  int64_t failed() const { return failed_; }
  const std::map<std::string, int64_t>& by_status() const { return by_status_; }

  // Returns a table for people, safe for a terminal: one line for each status,
  // then the first failures. `line_name` is the unit of RowResult::line, "line"
  // or "item".
  std::string Table(std::string_view line_name) const;

 private:
  static constexpr size_t kShownFailures = 5;

  int64_t total_ = 0;
  int64_t failed_ = 0;
  std::map<std::string, int64_t> by_status_;
  std::vector<RowResult> failures_;
};

// Receives results, row by row.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  // Adds a row. `input` has the input columns, written as they are.
  virtual void Add(std::vector<std::string> input, const RowResult& result) = 0;
  // Ends the output after the last row. Returns an error if a write failed.
  virtual absl::Status End(const Summary& summary, const std::vector<std::string>& operations) = 0;
};

// Writes CSV: the input columns as they are, then status, deviceId,
// errorIdentifier and errorMessage, marked against spreadsheets (MarkedCell).
// Rows go to `path`.part; End renames it to `path`, and without End it is
// deleted. An empty `path` is standard output, written immediately; on a terminal
// control characters are escaped. FAILED_PRECONDITION if the file cannot be made.
absl::StatusOr<std::unique_ptr<ResultSink>> OpenCsvResults(const std::string& path,
                                                           std::vector<std::string> names);

// Writes the results of a command: CSV to a file, and the format to standard output.
class ResultWriter {
 public:
  // `path`: of the CSV file; empty: write no file. `names`: of the input columns.
  // FAILED_PRECONDITION if the file cannot be made.
  absl::Status Open(const std::string& path, Format format, const std::vector<std::string>& names);
  void Add(std::vector<std::string> input, const RowResult& result);
  absl::Status End(const std::vector<std::string>& operations);
  const Summary& summary() const { return summary_; }

 private:
  std::vector<std::unique_ptr<ResultSink>> sinks_;
  Summary summary_;
};

// Writes one JSON object to standard output: `devices` (`line`, `status`, and,
// unless empty, `deviceId`, `errorIdentifier` and `errorMessage`), `operations`
// and `summary`.
std::unique_ptr<ResultSink> OpenJsonResults();

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_RESULTS_H_
