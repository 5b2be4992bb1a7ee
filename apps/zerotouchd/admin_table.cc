// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/admin_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_string.h"
#include "base/terminal_text.h"

namespace zerotouch::daemon {
namespace {

// Returns the number of characters; a terminal shows most of them in one column.
size_t Width(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string Quoted(std::string_view text) {
  std::string json;
  AppendJsonString(text, json);
  return json;
}

}  // namespace

Cell::Cell(const std::string& value) : text(ForTerminal(value)), json(Quoted(value)) {}

Cell::Cell(bool yes) : text(yes ? "yes" : "no"), json(yes ? "true" : "false") {}

Cell::Cell(const std::vector<std::string>& list)
    : text(ForTerminal(fmt::format("{}", fmt::join(list, ", ")))) {
  std::vector<std::string> quoted;
  quoted.reserve(list.size());
  for (const std::string& one : list) quoted.push_back(Quoted(one));
  json = fmt::format("[{}]", fmt::join(quoted, ","));
}

std::string Table::Text() const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t width = Width(columns_[i].header);
    for (const auto& row : rows_) width = std::max(width, Width(row[i].text));
    widths.push_back(width);
  }
  std::string out;
  const auto append = [&](size_t i, std::string_view text) {
    out += text;
    if (i + 1 == columns_.size()) {
      out.erase(out.find_last_not_of(' ') + 1);
      out += '\n';
    } else {
      out.append(widths[i] - Width(text) + 2, ' ');
    }
  };
  for (size_t i = 0; i < columns_.size(); ++i) append(i, columns_[i].header);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < columns_.size(); ++i) append(i, row[i].text);
  }
  return out;
}

std::string Table::Json() const {
  std::string out = "[";
  for (const auto& row : rows_) {
    out += out.size() == 1 ? "\n" : ",\n";
    for (size_t i = 0; i < columns_.size(); ++i) {
      out += fmt::format("{}\"{}\":{}", i == 0 ? "{" : ",", columns_[i].name, row[i].json);
    }
    out += '}';
  }
  return out + (rows_.empty() ? "]\n" : "\n]\n");
}

}  // namespace zerotouch::daemon
