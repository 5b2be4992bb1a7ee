// SPDX-License-Identifier: Apache-2.0
#include "terminal/help_text.h"

#include <algorithm>

namespace zerotouch::terminal {
namespace {

constexpr size_t kColumns = 100;

// Returns the column, at most half of them, at which the text of a line goes on in the next one.
size_t IndentOf(std::string_view line) {
  const size_t first = std::min(line.find_first_not_of(' '), line.size());
  const size_t text = line.find_first_not_of(' ', line.find("  ", first));
  return text <= kColumns / 2 ? text : first;
}

void AppendWrapped(std::string_view line, std::string& out) {
  const size_t indent = IndentOf(line);
  size_t begun = 0;  // columns of the line that are not to be broken
  while (begun + line.size() > kColumns) {
    const size_t from = begun == 0 ? indent : 0;
    size_t space = line.rfind(' ', kColumns - begun);
    if (space == std::string_view::npos || space <= from) space = line.find(' ', from + 1);
    if (space == std::string_view::npos) break;
    out.append(line.substr(0, space)).append("\n").append(indent, ' ');
    line.remove_prefix(space + 1);
    begun = indent;
  }
  out.append(line);
}

}  // namespace

std::string WrapHelp(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    AppendWrapped(text.substr(0, end), out);
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace zerotouch::terminal
