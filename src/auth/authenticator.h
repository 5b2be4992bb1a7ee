// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_AUTHENTICATOR_H_
#define ZEROTOUCH_AUTH_AUTHENTICATOR_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/account_cache.h"
#include "auth/audience.h"
#include "auth/call_quota.h"
#include "auth/principal.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/lru_cache.h"

namespace zerotouch::auth {

// Authenticates callers by access tokens of this store and by self-signed JWTs of
// service accounts (https://google.aip.dev/auth/4111). A revoked key or a disabled
// account is refused from the next call on (AccountCache). Thread-safe.
class Authenticator {
 public:
  // All must outlive it.
  Authenticator(AccountCache& accounts, const Clock& clock, const Audience& audience)
      : accounts_(accounts), clock_(clock), audience_(audience) {}

  // Returns the caller. `header` is the Authorization header; if it is empty, the
  // access_token parameter `query` is used. Returns UNAUTHENTICATED if the
  // credentials are missing or invalid.
  absl::StatusOr<Principal> Authenticate(std::string_view header, std::string_view query) const;

  // Limits the calls of accounts, without a limit before. Call it before the first
  // request; `quota` must outlive it.
  void SetQuota(CallQuota& quota) { quota_ = &quota; }

  // Counts a call of the caller. Returns the error of CallQuota::Take.
  absl::Status CountCall(const Principal& caller) const;

 private:
  // A credential that was verified, and when it is valid.
  struct Verified {
    int64_t version = 0;  // of the accounts
    absl::Time begin, end;
    Principal principal;
  };
  absl::StatusOr<Verified> ByAccessToken(int64_t version, std::string_view token) const;
  absl::StatusOr<Verified> ByJwt(int64_t version, std::string_view token) const;

  AccountCache& accounts_;
  const Clock& clock_;
  const Audience& audience_;
  CallQuota* quota_ = nullptr;
  // By the SHA-256 of the credential. To verify one takes ten to a hundred times as
  // long as to find it here, and clients send the same one for an hour.
  mutable LruCache<Verified> verified_{limits::kVerifiedCredentials};
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_AUTHENTICATOR_H_
