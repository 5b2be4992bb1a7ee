// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_AUTHENTICATOR_H_
#define ZEROTOUCH_AUTH_AUTHENTICATOR_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "auth/audience.h"
#include "auth/call_quota.h"
#include "auth/principal.h"
#include "base/clock.h"
#include "store/store.h"

namespace zerotouch::auth {

// Authenticates callers by access tokens of this store and by self-signed JWTs of
// service accounts (https://google.aip.dev/auth/4111). Reads the account and its
// keys on every call, so a revoked key or a disabled account is refused at once.
// Thread-safe.
class Authenticator {
 public:
  // All must outlive it.
  Authenticator(store::Store& store, const Clock& clock, const Audience& audience)
      : store_(store), clock_(clock), audience_(audience) {}

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
  absl::StatusOr<Principal> ByAccessToken(store::Snapshot& snapshot, std::string_view token) const;
  absl::StatusOr<Principal> ByJwt(store::Snapshot& snapshot, std::string_view token) const;

  store::Store& store_;
  const Clock& clock_;
  const Audience& audience_;
  CallQuota* quota_ = nullptr;
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_AUTHENTICATOR_H_
