// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_SCOPES_H_
#define ZEROTOUCH_AUTH_SCOPES_H_

#include <cstdint>
#include <string_view>

// The OAuth 2.0 scopes of the API, as its reference documentation names them.
namespace zerotouch::auth {

// Reseller methods.
inline constexpr std::string_view kResellerScope =
    "https://www.googleapis.com/auth/androidworkprovisioning";
// Customer methods.
inline constexpr std::string_view kCustomerScope =
    "https://www.googleapis.com/auth/androidworkzerotouchemm";

// A set of these scopes.
struct Scopes {
  bool reseller = false;
  bool customer = false;

  bool empty() const { return !reseller && !customer; }
  friend bool operator==(const Scopes&, const Scopes&) = default;
};

// Returns the known scopes among names separated by spaces. Ignores the others.
inline Scopes ParseScopes(std::string_view names) {
  Scopes scopes;
  while (!names.empty()) {
    const size_t blank = names.find(' ');
    const std::string_view name = names.substr(0, blank);
    scopes.reseller |= name == kResellerScope;
    scopes.customer |= name == kCustomerScope;
    names.remove_prefix(blank == std::string_view::npos ? names.size() : blank + 1);
  }
  return scopes;
}

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_SCOPES_H_
