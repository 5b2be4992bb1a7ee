// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_PRINCIPAL_H_
#define ZEROTOUCH_AUTH_PRINCIPAL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/scopes.h"
#include "base/ids.h"

namespace zerotouch::auth {

// An authenticated caller, and the companies for which it acts.
struct Principal {
  std::string email;                      // of the service account
  Scopes scopes;                          // of the token
  PartnerId partner;                      // the account's reseller; unset for customers
  std::vector<CustomerId> customers;      // the account's customers, ascending
  std::vector<CustomerId> terms_pending;  // those that have not accepted the newest terms
  std::optional<int64_t> quota_per_100s;  // of the account; 0: none; nullopt: the default
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_PRINCIPAL_H_
