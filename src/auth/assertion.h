// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_ASSERTION_H_
#define ZEROTOUCH_AUTH_ASSERTION_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/jwt.h"
#include "store/accounts.h"

namespace zerotouch::auth {

// A JWT that a live key of a live account signed, and that is good now.
struct VerifiedJwt {
  crypto::JwtClaims claims;
  store::ServiceAccount account;
  std::string key_id;  // of the key that signed it
};

// Verifies signature, key, account and times (limits::kJwtLifetime,
// limits::kJwtSkew); not the audience. INVALID_ARGUMENT says what is wrong in
// words for the client's developer; another code is a failure of the store.
absl::StatusOr<VerifiedJwt> VerifyJwt(store::AccountReads& accounts, std::string_view token,
                                      absl::Time now);

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_ASSERTION_H_
