// SPDX-License-Identifier: Apache-2.0
#include "wire/portal/cookies.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"

namespace zerotouch::wire {
namespace {

std::string_view CookieName(Cookie cookie, CookieRules rules) {
  if (cookie == Cookie::kSession) return rules.is_secure ? "__Host-zerotouch" : "zerotouch-portal";
  return rules.is_secure ? "__Host-zerotouch-sign-in" : "zerotouch-portal-sign-in";
}

std::string_view CookieTrimmed(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

}  // namespace

std::string_view ReadCookie(const http::Headers& headers, Cookie cookie, CookieRules rules) {
  const std::string_view name = CookieName(cookie, rules);
  std::string_view value;
  for (auto [field, text] : headers) {  // HTTP/2 may split them (RFC 9113 section 8.2.3)
    if (!EqualIgnoringCase(field, "Cookie")) continue;
    std::string_view rest = text;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = CookieTrimmed(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      const std::string_view found = pair.substr(equals + 1);
      if (!value.empty() && value != found) return {};
      value = found;
    }
  }
  return value;
}

void SetCookie(Cookie cookie, std::string_view value, absl::Duration lifetime, CookieRules rules,
               http::Headers& headers) {
  headers.Add(
      "Set-Cookie",
      fmt::format("{}={}; Path=/; HttpOnly; SameSite={}; Max-Age={}{}", CookieName(cookie, rules),
                  value, cookie == Cookie::kSession ? "Strict" : "Lax",
                  absl::ToInt64Seconds(lifetime), rules.is_secure ? "; Secure" : ""));
}

}  // namespace zerotouch::wire
