// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_CSV_H_
#define ZEROTOUCH_ZEROTOUCH_CSV_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zerotouch::cli {

// One row of a CSV file.
struct CsvRecord {
  int64_t line = 0;                 // in the file, where it begins; from 1
  std::vector<std::string> fields;  // without their quotes
  // Why it cannot be read, empty if all is well. Then `fields` is the whole
  // line as it stands, as one field.
  std::string problem;
};

// Reads CSV (RFC 4180): commas, quoted fields with doubled quotes and line
// breaks in them, lines that end in CRLF or LF. Skips a byte-order mark and
// blank lines. A row that is wrong costs its own line only: reading goes on with
// the next line of the file.
class CsvReader {
 public:
  // Longest row, in bytes; a quote that is never closed ends there at the latest.
  static constexpr size_t kRecordBytes = size_t{64} << 10;

  // `text` must outlive it.
  explicit CsvReader(std::string_view text);

  // The next row; false at the end.
  bool Next(CsvRecord& record);

 private:
  bool ReadFields(CsvRecord& record);
  bool ReadQuoted(std::string& field, CsvRecord& record);
  bool IsAtLineEnd() const;
  void SkipLineEnd();
  std::string_view RestOfLine() const;

  const std::string_view text_;
  size_t at_ = 0;
  size_t begin_ = 0;  // of the record being read
  int64_t line_ = 1;
};

// Appends a row, ended by LF; fields are quoted where they must be.
void AppendCsvRow(const std::vector<std::string>& fields, std::string& out);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_CSV_H_
