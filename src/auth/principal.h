// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_PRINCIPAL_H_
#define ZEROTOUCH_AUTH_PRINCIPAL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auth/scopes.h"
#include "base/ids.h"
#include "model/role.h"

namespace zerotouch::auth {

// An authenticated caller, and the companies for which it acts: a service account, or a person
// who is signed in to the portal.
struct Principal {
  std::string email;
  Scopes scopes;                             // of the token
  PartnerId partner;                         // the account's reseller; unset for customers
  std::vector<CustomerId> customers;         // the account's customers, ascending
  std::vector<CustomerId> terms_pending;     // those that have not accepted the newest terms
  std::optional<int64_t> quota_per_100s;     // of the account; 0: none; nullopt: the default
  UserRole partner_role = UserRole::kAdmin;  // for `partner`
  std::vector<UserRole> customer_roles;      // of a person, for each of `customers`
  bool is_person = false;                    // with a session of the portal

  // Returns the role for `customers[i]`.
  UserRole RoleForCustomer(size_t i) const {
    return is_person ? customer_roles[i] : UserRole::kAdmin;
  }
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_PRINCIPAL_H_
