// SPDX-License-Identifier: Apache-2.0
#include "store/database_url.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace zerotouch::store {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Returns "scheme://" of a URL, empty if it does not begin like one. A text that
// is no URL may begin with a password, so no other part is shown.
std::string_view SchemeOf(std::string_view url) {
  const size_t end = url.find("://");
  if (end == std::string_view::npos) return {};
  const std::string_view scheme = url.substr(0, end);
  const bool valid = std::ranges::all_of(scheme, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '+' || c == '.' ||
           c == '-';
  });
  return valid ? url.substr(0, end + 3) : std::string_view();
}

// Returns true if each of the comma-separated hosts has a port of digits, or none.
bool HavePorts(std::string_view hosts) {
  while (!hosts.empty()) {
    std::string_view host = hosts.substr(0, hosts.find(','));
    hosts.remove_prefix(std::min(hosts.size(), host.size() + 1));
    if (host.starts_with('[')) {
      const size_t end = host.find(']');
      if (end == std::string_view::npos) return false;
      host.remove_prefix(end + 1);
      if (!host.empty() && !host.starts_with(':')) return false;
    }
    const size_t colon = host.find(':');
    if (colon != std::string_view::npos && !std::ranges::all_of(host.substr(colon + 1), IsDigit)) {
      return false;
    }
  }
  return true;
}

}  // namespace

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

bool IsPlainPostgresUrl(std::string_view url) {
  const std::string_view scheme = SchemeOf(url);
  if (scheme.empty()) return false;
  url.remove_prefix(scheme.size());
  std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  url.remove_prefix(authority.size());
  if (const size_t at = authority.find('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  // Another '@' belongs to a password in which it, a '/', a '?' or a '#' is not
  // encoded; libpq would take a piece of that password for a host or a database.
  return authority.find('@') == std::string_view::npos && url.find('@') == std::string_view::npos &&
         url.find('#') == std::string_view::npos && HavePorts(authority);
}

bool HasPassword(const std::string& url) {
  if (!IsPostgresUrl(url)) return false;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(url.c_str(), nullptr), PQconninfoFree);
  const PQconninfoOption* option = options.get();
  for (; option != nullptr && option->keyword != nullptr; ++option) {
    if (std::string_view(option->keyword) != "password") continue;
    return option->val != nullptr && *option->val != '\0';
  }
  return false;
}

absl::Status PostgresConnectionError(const std::string& url, std::string_view reason) {
  constexpr std::string_view kAdvice =
      "use postgresql://user:password@host:port/database, and percent-encode the characters "
      "@ : / ? # % in the user name and the password";
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(url.c_str(), nullptr), PQconninfoFree);
  if (options == nullptr) {
    return absl::InvalidArgumentError(fmt::format("Malformed database URL: {}.", kAdvice));
  }
  if (!IsPlainPostgresUrl(url)) {
    return absl::UnavailableError(
        fmt::format("cannot connect to the database, and its URL looks malformed: {}", kAdvice));
  }
  return absl::UnavailableError(std::string(reason));
}

absl::Status UnknownDatabase(const std::string& url) {
  const std::string_view scheme = SchemeOf(url);
  return absl::InvalidArgumentError(
      fmt::format("Unsupported database URL{}: use sqlite:///path/to/registry.db or "
                  "postgresql://user@host/database.",
                  scheme.empty() ? "" : fmt::format(" \"{}…\"", scheme)));
}

}  // namespace zerotouch::store
