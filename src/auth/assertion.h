// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_ASSERTION_H_
#define ZEROTOUCH_AUTH_ASSERTION_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/account_cache.h"
#include "base/clock.h"
#include "crypto/jwt.h"
#include "store/accounts.h"

namespace zerotouch::auth {

// A valid JWT, signed by a key of an enabled account.
struct VerifiedJwt {
  crypto::JwtClaims claims;
  std::shared_ptr<const store::ServiceAccount> account;
  std::string key_id;  // the key that signed it
};

// Verifies the signature, the key, the account, `sub` and the times
// (limits::kJwtLifetime, limits::kJwtSkew), but not the audience. The times may be good
// by `clock` or by the real time behind it, by which clients sign. Returns
// INVALID_ARGUMENT with a sentence for the client's developer, or an error of the
// store. `version` is that of the accounts (AccountCache::Version).
absl::StatusOr<VerifiedJwt> VerifyJwt(AccountCache& accounts, int64_t version,
                                      std::string_view token, const Clock& clock);

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_ASSERTION_H_
