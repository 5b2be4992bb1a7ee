// SPDX-License-Identifier: Apache-2.0
#include "devices_csv/device_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "base/status_macros.h"
#include "devices_csv/cell.h"
#include "devices_csv/csv_text.h"

namespace zerotouch::csv {
namespace {

constexpr std::string_view kSeparators = ",;\t";

// A line that names the separator, for spreadsheets: sep=;
struct SeparatorLine {
  char separator = 0;
  size_t bytes = 0;  // with its line end
};

// Returns the separator line with which `text` begins, if it does. A spreadsheet that saved
// the file again has quoted it, or added separators.
std::optional<SeparatorLine> SeparatorLineOf(std::string_view text) {
  const size_t end = std::min(text.find_first_of("\r\n"), text.size());
  std::string_view line = text.substr(0, end);
  const bool is_quoted = line.starts_with('"');
  if (is_quoted) line.remove_prefix(1);
  constexpr std::string_view kName = "sep=";
  if (!EqualIgnoringCase(line.substr(0, kName.size()), kName)) return std::nullopt;
  line.remove_prefix(kName.size());
  // A tab is sometimes written as an escape.
  const bool is_escape = line.starts_with("\\t");
  SeparatorLine found{.separator = is_escape ? '\t' : line.empty() ? '\0' : line.front()};
  line.remove_prefix(std::min<size_t>(is_escape ? 2 : 1, line.size()));
  if (is_quoted && line.starts_with('"')) line.remove_prefix(1);
  if (line.find_first_not_of(" ,;\t") != std::string_view::npos) return std::nullopt;
  found.bytes = end + (text.substr(end).starts_with("\r\n") ? 2 : end < text.size() ? 1 : 0);
  return found;
}

// Returns the separator with which the first row names the most known columns, or else has
// the most fields.
char DetectSeparator(std::string_view text, bool multiline) {
  char best = kSeparators.front();
  std::pair<int, size_t> most{0, 0};
  for (const char separator : kSeparators) {
    CsvRecord header;
    if (!CsvReader(text, {.separator = separator, .multiline = multiline}).Next(header)) break;
    const std::pair<int, size_t> score{DeviceCsv::CountKnown(header), header.fields.size()};
    if (score <= most) continue;
    most = score;
    best = separator;
  }
  return best;
}

}  // namespace

absl::StatusOr<DeviceFile> DeviceFile::Open(std::string bytes, bool multiline) {
  ZT_ASSIGN_OR_RETURN(std::string text, CsvText(std::move(bytes)));
  DeviceFile file;
  file.text_ = std::make_unique<const std::string>(std::move(text));
  std::string_view rest = *file.text_;
  CsvDialect dialect{.multiline = multiline};
  const std::optional<SeparatorLine> line = SeparatorLineOf(rest);
  if (line) {
    if (line->separator == '\0' || kSeparators.find(line->separator) == std::string_view::npos) {
      return absl::InvalidArgumentError(fmt::format(
          "the first line is sep={}; separate the columns by commas, semicolons or tabs",
          line->separator == '\0' ? std::string() : std::string(1, line->separator)));
    }
    rest.remove_prefix(line->bytes);
    dialect.separator = line->separator;
  } else {
    dialect.separator = DetectSeparator(rest, multiline);
  }
  file.reader_ = std::make_unique<CsvReader>(rest, dialect, line ? 2 : 1);
  CsvRecord header;
  if (!file.reader_->Next(header)) return absl::InvalidArgumentError("the file is empty");
  ZT_ASSIGN_OR_RETURN(file.columns_, DeviceCsv::Open(header));
  return file;
}

bool DeviceFile::Next(CsvRecord& row) {
  while (reader_->Next(row)) {
    const bool is_blank = row.problem.empty() && std::all_of(row.fields.begin(), row.fields.end(),
                                                             [](const std::string& field) {
                                                               return TrimCell(field).empty();
                                                             });
    if (!is_blank) return true;
  }
  return false;
}

}  // namespace zerotouch::csv
