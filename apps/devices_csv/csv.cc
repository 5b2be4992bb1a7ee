// SPDX-License-Identifier: Apache-2.0
#include "devices_csv/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace zerotouch::csv {
namespace {

// Returns true if a spreadsheet runs `text`, once it has dropped the apostrophes.
bool IsFormula(std::string_view text) {
  const size_t begin = text.find_first_not_of('\'');
  return begin != std::string_view::npos &&
         std::string_view("=+-@\t\r\n").find(text[begin]) != std::string_view::npos;
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

void AppendQuoted(std::string_view field, std::string& out) {
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

CsvReader::CsvReader(std::string_view text, CsvDialect dialect, int64_t first_line)
    : text_(text), dialect_(dialect), line_(first_line) {}

std::string_view CsvReader::RestOfLine() const {
  return text_.substr(at_, text_.find_first_of("\r\n", at_) - at_);
}

bool CsvReader::IsAtLineEnd() const {
  return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '\r';
}

void CsvReader::SkipLineEnd() {
  if (at_ >= text_.size()) return;
  if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
  ++at_;
  ++line_;
}

void CsvReader::SkipSpaces() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t') &&
         text_[at_] != dialect_.separator) {
    ++at_;
  }
}

bool CsvReader::Next(CsvRecord& record) {
  while (ReadRecord(record)) {
    if (!record.problem.empty()) return true;
    for (const std::string& field : record.fields) {
      if (!IsBlank(field)) return true;
    }
    // A quoted blank field alone is a row that this program wrote.
    if (record.fields.size() == 1 && text_[begin_] == '"') return true;
  }
  return false;
}

bool CsvReader::ReadRecord(CsvRecord& record) {
  if (at_ >= text_.size()) return false;
  begin_ = at_;
  record.line = line_;
  record.fields.clear();
  record.problem.clear();
  if (!ReadFields(record)) {
    if (at_ > begin_) {  // the row spans lines, and ends
      record.fields.assign(1, std::string(text_.substr(begin_, at_ - begin_)));
    } else {
      at_ = begin_;
      line_ = record.line;
      const std::string_view line = RestOfLine();
      at_ += line.size();
      record.fields.assign(1, std::string(line.substr(0, kRecordBytes)));
    }
  }
  SkipLineEnd();
  return true;
}

bool CsvReader::ReadFields(CsvRecord& record) {
  for (;;) {
    std::string& field = record.fields.emplace_back();
    const size_t begin = at_;
    SkipSpaces();
    if (at_ < text_.size() && text_[at_] == '"') {
      if (!ReadQuoted(field, record)) return false;
    } else {
      while (!IsAtLineEnd() && text_[at_] != dialect_.separator) ++at_;
      field = text_.substr(begin, at_ - begin);
    }
    if (at_ - begin_ > kRecordBytes) {
      record.problem = "the row is longer than 64 KiB";
      at_ = begin_;  // costs one line
      return false;
    }
    if (IsAtLineEnd()) break;
    ++at_;  // the separator
  }
  if (line_ == record.line || dialect_.multiline) return true;
  record.problem = fmt::format(
      "lines {} to {} are one row, because a quotation mark is closed only on a later line; "
      "correct "
      "the quotation marks, or allow rows of several lines with --allow-multiline",
      record.line, line_);
  return false;
}

bool CsvReader::ReadQuoted(std::string& field, CsvRecord& record) {
  const int64_t line = line_;
  const size_t end = std::min(text_.size(), begin_ + kRecordBytes);
  for (++at_; at_ < end; ++at_) {
    const char c = text_[at_];
    if (c == '"') {
      if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
      ++at_;
    }
    // CRLF is one line end.
    if (c == '\n' || (c == '\r' && (at_ + 1 >= text_.size() || text_[at_ + 1] != '\n'))) ++line_;
    field += c;
  }
  if (at_ >= end) {
    record.problem = fmt::format("a quotation mark on line {} is not closed", line);
    at_ = begin_;
    return false;
  }
  ++at_;
  SkipSpaces();
  if (IsAtLineEnd() || text_[at_] == dialect_.separator) return true;
  record.problem =
      line_ == line
          ? "there is text after a closing quotation mark"
          : fmt::format("a quotation mark on line {} is not closed before line {}", line, line_);
  at_ = begin_;
  return false;
}

void AppendCsvRow(const std::vector<std::string>& fields, std::string& out) {
  // Without quotes, a single blank field would be a blank line.
  const bool is_blank = fields.size() == 1 && IsBlank(fields[0]);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    if (is_blank || fields[i].find_first_of(",\"\r\n") != std::string::npos) {
      AppendQuoted(fields[i], out);
    } else {
      out += fields[i];
    }
  }
  out += '\n';
}

std::string MarkedCell(std::string_view text) {
  std::string cell(text);
  if (IsFormula(text)) cell.insert(cell.begin(), '\'');
  return cell;
}

std::string_view UnmarkedCell(std::string_view cell) {
  if (cell.starts_with('\'') && IsFormula(cell)) cell.remove_prefix(1);
  return cell;
}

}  // namespace zerotouch::csv
