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

namespace zerotouch::cli {

namespace api = client::api;

// Statuses of rows of which the API said nothing.
inline constexpr char kInvalidRow[] = "INVALID_ROW";  // the row cannot be sent
inline constexpr char kNotSent[] = "NOT_SENT";        // an error before it ended the command
inline constexpr char kUnfinished[] = "UNFINISHED";   // sent, but its result is not known

// What became of one row.
struct RowResult {
  int64_t line = 0;    // of the input file; of an operation, the item's place from 1
  std::string status;  // a SingleDeviceStatus by name, or one of the above
  int64_t device_id = 0;
  std::string error_identifier;
  std::string error_message;

  bool is_success() const;
};

// Of an item of a finished operation.
RowResult ResultOf(int64_t line, const api::PerDeviceStatusInBatch& item);

// Rows by status, and the first of those that failed.
class Summary {
 public:
  void Add(const RowResult& result);

  int64_t total() const { return total_; }
  int64_t failed() const { return failed_; }
  const std::map<std::string, int64_t>& by_status() const { return by_status_; }

  // A table for people, a line for each status, then the first failures.
  // `line_name`: what RowResult::line counts, "line" or "item".
  std::string Table(std::string_view line_name) const;

 private:
  static constexpr size_t kShownFailures = 5;

  int64_t total_ = 0;
  int64_t failed_ = 0;
  std::map<std::string, int64_t> by_status_;
  std::vector<RowResult> failures_;
};

// Where results go, row by row.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  // `input`: the row's input columns.
  virtual void Add(std::vector<std::string> input, const RowResult& result) = 0;
  // After the last row. An error if something could not be written.
  virtual absl::Status End(const Summary& summary, const std::vector<std::string>& operations) = 0;
};

// CSV: the input columns, then status,deviceId,errorIdentifier,errorMessage.
// `path` is replaced by End; until then the rows are in PATH.part, which goes if
// End is never called. Empty: standard output, written on the way.
// FAILED_PRECONDITION if the file cannot be made.
absl::StatusOr<std::unique_ptr<ResultSink>> OpenCsvResults(const std::string& path,
                                                           std::vector<std::string> names);

// One JSON object on standard output: `devices` (`line`, `status`, and
// `deviceId`, `errorIdentifier`, `errorMessage` where there is one),
// `operations` and `summary`.
std::unique_ptr<ResultSink> OpenJsonResults();

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_RESULTS_H_
