// SPDX-License-Identifier: Apache-2.0
#include "wire/target.h"

#include "base/ascii.h"

namespace zerotouch::wire {

Target SplitTarget(std::string_view target) {
  if (const size_t scheme = target.find("://");
      scheme != std::string_view::npos && scheme < target.find_first_of("/?#")) {
    const size_t path = target.find_first_of("/?", scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  const size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

std::string_view PathForLog(std::string_view target) {
  const std::string_view path = SplitTarget(target).path;
  for (size_t end = 0; end < path.size(); ++end) {
    const char c = path[end];
    if (c == '?' || c == '#') return path.substr(0, end);
    if (c != '%') continue;
    const std::string_view code = path.substr(end, 3);
    if (code == "%23" || EqualIgnoringCase(code, "%3f")) return path.substr(0, end);
  }
  return path;
}

}  // namespace zerotouch::wire
