// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_TOKEN_ENDPOINT_H_
#define ZEROTOUCH_AUTH_TOKEN_ENDPOINT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/account_cache.h"
#include "auth/assertion.h"
#include "auth/audience.h"
#include "auth/key_uses.h"
#include "auth/token_buckets.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/store.h"

namespace zerotouch::auth {

// A POST to the token endpoint.
struct TokenRequest {
  std::string_view content_type;
  std::string_view body;
  std::string_view query;  // of the URL, still encoded
  std::string_view host;   // the Host field
  std::string_view peer;   // the client's address, without port; empty if unknown
};

// An answer of the token endpoint: JSON that must not be cached.
struct TokenAnswer {
  int http_status = 200;
  std::string body;
  int64_t retry_after_seconds = 0;  // 0: not given
  std::string_view error = {};      // OAuth's word for it, a literal; empty: a token
  std::string account = {};         // who asks, if the assertion is genuine
};

// Limits on requests of tokens; 0: no limit.
struct TokenQuota {
  int64_t per_minute = 0;  // of an account. Only genuine assertions count
  int64_t per_peer = 0;    // in a minute, of a client's address, or its /64 in IPv6
};

// Grants an OAuth 2.0 access token for a service account's signed assertion
// (RFC 7523, RFC 6749 section 5). Thread-safe.
class TokenEndpoint {
 public:
  // All must outlive it. `store` is that of the accounts.
  TokenEndpoint(store::Store& store, AccountCache& accounts, const Clock& clock,
                const Audience& audience, TokenQuota quota = {})
      : store_(store), accounts_(accounts), clock_(clock), audience_(audience), quota_(quota) {}

  // Notes the uses of keys. Call it before the first request; `uses` must outlive it.
  void SetKeyUses(KeyUses& uses) { uses_ = &uses; }

  // Answers a POST; with 429 if the quota is used up. Reads the parameters from the query and from
  // the body, which is a form or, as Google accepts too, a JSON object. Refuses a parameter that is
  // given twice (RFC 6749 section 3.2), and an assertion whose `jti` was used before, at
  // whatever server of the registry.
  TokenAnswer Answer(const TokenRequest& request);

  // Returns true if Answer may write to the store: the assertion has a `jti`.
  static bool MayWrite(const TokenRequest& request);

  // Returns the answer to a request whose use of an assertion was perhaps not kept.
  static TokenAnswer Unavailable(const absl::Status& status);

  // Counts an answer that was given, by its `error`: zerotouch_tokens_total.
  static void Count(std::string_view error);

 private:
  TokenAnswer Grant(std::string_view assertion, std::string_view host);
  TokenAnswer GrantTo(const VerifiedJwt& jwt, int64_t version, std::string_view host);
  // Returns true and notes the use of the assertion, or returns false if its id was used.
  absl::StatusOr<bool> Use(const VerifiedJwt& jwt);

  store::Store& store_;
  AccountCache& accounts_;
  const Clock& clock_;
  const Audience& audience_;
  const TokenQuota quota_;
  KeyUses* uses_ = nullptr;
  TokenBuckets accounts_taken_{limits::kTokenQuotaPeriod, limits::kQuotaBuckets};
  TokenBuckets peers_taken_{limits::kTokenQuotaPeriod, limits::kQuotaBuckets};
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_TOKEN_ENDPOINT_H_
