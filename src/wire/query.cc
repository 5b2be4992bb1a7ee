#include "wire/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "wire/percent.h"

namespace zerotouch::wire {
namespace {

// "System parameters" of Google's APIs that change nothing here.
bool IsIgnored(const std::string& name) {
  static const std::set<std::string> ignored = {
      "$.xgafv", "callback", "$callback", "$ct",        "fields",         "$fields",
      "key",     "$key",     "quotaUser", "uploadType", "upload_protocol"};
  return ignored.contains(name);
}

// Remembers which system parameters were there: the first one counts.
struct Seen {
  bool alt = false;
  bool pretty = false;
};

void Add(std::string name, std::string value, Seen& seen, Query& query) {
  if (name == "alt" || name == "$alt") {
    if (!std::exchange(seen.alt, true)) query.alt = std::move(value);
  } else if (name == "prettyPrint" || name == "$prettyPrint") {
    if (!std::exchange(seen.pretty, true)) query.pretty = value != "false" && value != "0";
  } else if (name == "access_token" || name == "oauth_token") {
    if (query.access_token.empty()) query.access_token = std::move(value);
  } else if (!IsIgnored(name)) {
    query.parameters.push_back({std::move(name), std::move(value)});
  }
}

}  // namespace

Target SplitTarget(std::string_view target) {
  if (const size_t scheme = target.find("://");
      scheme != std::string_view::npos && !target.starts_with('/')) {
    const size_t path = target.find_first_of("/?", scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  const size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

Query ParseQuery(std::string_view text) {
  Query query;
  Seen seen;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (part.empty()) continue;
    const size_t equals = part.find('=');
    auto name = FormDecode(part.substr(0, equals));
    auto value = FormDecode(equals == std::string_view::npos ? "" : part.substr(equals + 1));
    if (name && value) {
      Add(*std::move(name), *std::move(value), seen, query);
    } else {
      query.violations.push_back(
          {"", name
                   ? fmt::format("Malformed percent-encoding in the query parameter \"{}\".", *name)
                   : "Malformed percent-encoding in the name of a query parameter."});
    }
  }
  return query;
}

}  // namespace zerotouch::wire
