// SPDX-License-Identifier: Apache-2.0
#include "store/database_url.h"

#include <fmt/format.h>

#include <string_view>

namespace zerotouch::store {

std::optional<std::string> SqlitePath(const std::string& url) {
  std::string_view path = url;
  if (!path.starts_with("sqlite:")) return std::nullopt;
  path.remove_prefix(std::string_view("sqlite:").size());
  if (path.starts_with("//")) path.remove_prefix(2);
  if (path.empty()) return std::nullopt;
  return std::string(path);
}

bool IsPostgresUrl(const std::string& url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

absl::Status UnknownDatabase(const std::string& url) {
  return absl::InvalidArgumentError(
      fmt::format("invalid database \"{}:…\": use sqlite:///path/to/registry.db or "
                  "postgresql://user@host/database",
                  url.substr(0, url.find(':'))));
}

}  // namespace zerotouch::store
