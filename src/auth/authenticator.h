// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_AUTHENTICATOR_H_
#define ZEROTOUCH_AUTH_AUTHENTICATOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/access_token.h"
#include "auth/account_cache.h"
#include "auth/audience.h"
#include "auth/call_quota.h"
#include "auth/issuers.h"
#include "auth/key_uses.h"
#include "auth/portal_sessions.h"
#include "auth/principal.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/lru_cache.h"

namespace zerotouch::auth {

// Authenticates callers by access tokens of this store, by self-signed JWTs of service
// accounts (https://google.aip.dev/auth/4111), and by tokens of OpenID providers. A revoked
// key or a disabled
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

  // Notes the uses of keys, and accepts tokens of these issuers. Call them before the first
  // request; the arguments must outlive it.
  void SetKeyUses(KeyUses& uses) { uses_ = &uses; }
  void SetIssuers(Issuers& issuers) { issuers_ = &issuers; }
  // Accepts the access tokens of the portal's sessions, which are refused before. Call it before
  // the first request; `sessions` must outlive it.
  void SetSessions(PortalSessions& sessions) { sessions_ = &sessions; }

  // Counts a call of the caller. Returns the error of CallQuota::Take.
  absl::Status CountCall(const Principal& caller) const;
  // The same, but does not wait: returns nullopt, and counts nothing, if CountCall has to.
  std::optional<absl::Status> TryCountCall(const Principal& caller) const;

 private:
  // A credential that was verified, and when it is valid.
  struct Verified {
    int64_t version = 0;  // of the accounts
    absl::Time begin, end;
    Principal principal;
    std::string key_id;                      // the account's key; empty: an issuer's
    int64_t hour = 0;                        // in which the use of the key was noted
    std::optional<int64_t> generation = {};  // of the issuers' keys; nullopt: none was used
  };
  bool IsGood(const Verified& verified, int64_t version, absl::Time now) const;
  // Notes the use of the credential's key in this hour.
  std::shared_ptr<const Verified> NoteUse(Verified verified, int64_t hour) const;
  absl::StatusOr<Verified> Verify(int64_t version, std::string_view token) const;
  absl::StatusOr<Verified> ByIssuer(int64_t version, const crypto::ParsedJwt& token) const;
  absl::StatusOr<Verified> ByAccessToken(int64_t version, std::string_view token) const;
  absl::StatusOr<Verified> BySession(int64_t version, const AccessToken& token) const;
  absl::StatusOr<Verified> ByJwt(int64_t version, std::string_view token) const;

  AccountCache& accounts_;
  const Clock& clock_;
  const Audience& audience_;
  CallQuota* quota_ = nullptr;
  KeyUses* uses_ = nullptr;
  Issuers* issuers_ = nullptr;
  PortalSessions* sessions_ = nullptr;
  // By the credential. To verify one takes a hundred times as long as to find it here, and
  // clients send the same one for an hour.
  mutable LruCache<Verified> verified_{limits::kVerifiedCredentials};
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_AUTHENTICATOR_H_
