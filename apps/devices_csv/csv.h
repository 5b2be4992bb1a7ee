// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_DEVICES_CSV_CSV_H_
#define ZEROTOUCH_DEVICES_CSV_CSV_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zerotouch::csv {

// A row of a CSV file.
struct CsvRecord {
  int64_t line = 0;                 // line of the file where the row begins, from 1
  std::vector<std::string> fields;  // without quotes
  // Why the row cannot be read; empty if it can. If it cannot, `fields` has the
  // whole text of the row as one field.
  std::string problem;
};

// How a file is written.
struct CsvDialect {
  char separator = ',';
  // Quoted fields may have line breaks. Otherwise such a row is a problem that names its
  // lines: mostly a quotation mark is missing.
  bool multiline = false;
};

// Reads CSV (RFC 4180): fields between separators, quoted fields with doubled quotes, lines
// that end in LF, CRLF or CR. Skips rows without content: blank lines and separators alone.
// A quotation mark that is never closed costs its own line only.
class CsvReader {
 public:
  // Longest row, in bytes. A quotation mark that is not closed ends there.
  static constexpr size_t kRecordBytes = size_t{64} << 10;

  // `text` must outlive the reader. `first_line` is the number of its first line.
  explicit CsvReader(std::string_view text, CsvDialect dialect = {}, int64_t first_line = 1);

  // Reads the next row; returns false at the end.
  bool Next(CsvRecord& record);

 private:
  bool ReadRecord(CsvRecord& record);
  bool ReadFields(CsvRecord& record);
  bool ReadQuoted(std::string& field, CsvRecord& record);
  void SkipSpaces();
  bool IsAtLineEnd() const;
  void SkipLineEnd();
  std::string_view RestOfLine() const;

  const std::string_view text_;
  const CsvDialect dialect_;
  size_t at_ = 0;
  size_t begin_ = 0;  // of the record being read
  int64_t line_;
};

// Appends a row that ends in LF, with commas; quotes fields only if they need it.
void AppendCsvRow(const std::vector<std::string>& fields, std::string& out);

// Returns `text` as a cell that no spreadsheet runs as a formula: a text that
// begins with =, +, -, @, TAB, CR or LF gets a leading apostrophe, the mark of
// spreadsheets for text. A text that would then read the same as a marked one
// (apostrophes before such a character) gets one more, so that UnmarkedCell
// returns every text unchanged. See OWASP, "CSV Injection".
std::string MarkedCell(std::string_view text);

// Returns the text of a cell that MarkedCell, or a person, has marked.
std::string_view UnmarkedCell(std::string_view cell);

}  // namespace zerotouch::csv

#endif  // ZEROTOUCH_DEVICES_CSV_CSV_H_
