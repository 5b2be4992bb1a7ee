// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_PRINCIPAL_H_
#define ZEROTOUCH_AUTH_PRINCIPAL_H_

#include <string>
#include <vector>

#include "auth/scopes.h"
#include "base/ids.h"

namespace zerotouch::auth {

// Who calls, and for which company.
struct Principal {
  std::string email;                      // of the service account
  Scopes scopes;                          // of the token
  PartnerId partner;                      // that the account is bound to; none if to customers
  std::vector<CustomerId> customers;      // ascending
  std::vector<CustomerId> terms_pending;  // those whose newest terms nobody has accepted
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_PRINCIPAL_H_
