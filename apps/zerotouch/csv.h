// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_CSV_H_
#define ZEROTOUCH_ZEROTOUCH_CSV_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zerotouch::cli {

// A row of a CSV file.
struct CsvRecord {
  int64_t line = 0;                 // line of the file where the row begins, from 1
  std::vector<std::string> fields;  // without quotes
  // Why the row cannot be read; empty if it can. If it cannot, `fields` has the
  // whole line as one field.
  std::string problem;
};

// Reads CSV (RFC 4180): commas, quoted fields with doubled quotes and line
// breaks in them, lines that end in CRLF or LF. Skips a byte-order mark and
// blank lines. After an invalid row it continues with the next line of the file.
class CsvReader {
 public:
  // Longest row, in bytes. A quotation mark that is not closed ends there.
  static constexpr size_t kRecordBytes = size_t{64} << 10;

  // `text` must outlive the reader.
  explicit CsvReader(std::string_view text);

  // Reads the next row; returns false at the end.
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

// Appends a row that ends in LF; quotes fields only if they need it.
void AppendCsvRow(const std::vector<std::string>& fields, std::string& out);

// Returns `text` as a cell that no spreadsheet runs as a formula: a text that
// begins with =, +, -, @, TAB, CR or LF gets a leading apostrophe, the mark of
// spreadsheets for text. A text that would then read the same as a marked one
// (apostrophes before such a character) gets one more, so that UnmarkedCell
// returns every text unchanged. See OWASP, "CSV Injection".
std::string MarkedCell(std::string_view text);

// Returns the text of a cell that MarkedCell, or a person, has marked.
std::string_view UnmarkedCell(std::string_view cell);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_CSV_H_
