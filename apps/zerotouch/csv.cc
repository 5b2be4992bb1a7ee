// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/csv.h"

#include <algorithm>
#include <utility>

namespace zerotouch::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Returns true if a spreadsheet runs `text`, once it has dropped the apostrophes.
bool IsFormula(std::string_view text) {
  const size_t begin = text.find_first_not_of('\'');
  return begin != std::string_view::npos &&
         std::string_view("=+-@\t\r\n").find(text[begin]) != std::string_view::npos;
}

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
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

CsvReader::CsvReader(std::string_view text)
    : text_(text), at_(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0) {}

std::string_view CsvReader::RestOfLine() const {
  return text_.substr(at_, text_.find('\n', at_) - at_);
}

bool CsvReader::IsAtLineEnd() const {
  return at_ >= text_.size() || text_[at_] == '\n' ||
         (text_[at_] == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] == '\n'));
}

void CsvReader::SkipLineEnd() {
  if (at_ < text_.size() && text_[at_] == '\r') ++at_;
  if (at_ < text_.size() && text_[at_] == '\n') {
    ++at_;
    ++line_;
  }
}

bool CsvReader::Next(CsvRecord& record) {
  while (at_ < text_.size() && IsBlank(RestOfLine())) {
    at_ += RestOfLine().size();
    SkipLineEnd();
  }
  if (at_ >= text_.size()) return false;
  begin_ = at_;
  record.line = line_;
  record.fields.clear();
  record.problem.clear();
  if (!ReadFields(record)) {
    at_ = begin_;
    line_ = record.line;
    std::string_view line = RestOfLine();
    at_ += line.size();
    if (line.ends_with('\r')) line.remove_suffix(1);
    record.fields.assign(1, std::string(line.substr(0, kRecordBytes)));
  }
  SkipLineEnd();
  return true;
}

bool CsvReader::ReadFields(CsvRecord& record) {
  for (;;) {
    std::string& field = record.fields.emplace_back();
    if (at_ < text_.size() && text_[at_] == '"') {
      if (!ReadQuoted(field, record)) return false;
      if (!IsAtLineEnd() && text_[at_] != ',') {
        record.problem = line_ == record.line ? "there is text after a closing quotation mark"
                                              : "a quotation mark is not closed";
        return false;
      }
    } else {
      const size_t begin = at_;
      while (!IsAtLineEnd() && text_[at_] != ',') ++at_;
      field = text_.substr(begin, at_ - begin);
    }
    if (at_ - begin_ > kRecordBytes) {
      record.problem = "the row is longer than 64 KiB";
      return false;
    }
    if (IsAtLineEnd()) return true;
    ++at_;  // the comma
  }
}

bool CsvReader::ReadQuoted(std::string& field, CsvRecord& record) {
  const size_t end = std::min(text_.size(), begin_ + kRecordBytes);
  for (++at_; at_ < end; ++at_) {
    if (text_[at_] == '"') {
      if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') {
        ++at_;
        return true;
      }
      ++at_;
    }
    if (text_[at_] == '\n') ++line_;
    field += text_[at_];
  }
  record.problem = "a quotation mark is not closed";
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

}  // namespace zerotouch::cli
