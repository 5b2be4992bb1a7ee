// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_TOKEN_ENDPOINT_H_
#define ZEROTOUCH_AUTH_TOKEN_ENDPOINT_H_

#include <string>
#include <string_view>

#include "auth/account_cache.h"
#include "auth/audience.h"
#include "base/clock.h"

namespace zerotouch::auth {

// A POST to the token endpoint.
struct TokenRequest {
  std::string_view content_type;
  std::string_view body;
  std::string_view query;  // of the URL, still encoded
  std::string_view host;   // the Host field
};

// An answer of the token endpoint: JSON that must not be cached.
struct TokenAnswer {
  int http_status = 200;
  std::string body;
};

// Grants an OAuth 2.0 access token for a service account's signed assertion
// (RFC 7523, RFC 6749 section 5). Thread-safe.
class TokenEndpoint {
 public:
  // All must outlive it.
  TokenEndpoint(AccountCache& accounts, const Clock& clock, const Audience& audience)
      : accounts_(accounts), clock_(clock), audience_(audience) {}

  // Answers a POST. Reads the parameters from the query and from the body, which
  // is a form or, as Google accepts too, a JSON object. Refuses a parameter that
  // is given twice (RFC 6749 section 3.2).
  TokenAnswer Answer(const TokenRequest& request) const;

 private:
  TokenAnswer Grant(std::string_view assertion, std::string_view host) const;

  AccountCache& accounts_;
  const Clock& clock_;
  const Audience& audience_;
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_TOKEN_ENDPOINT_H_
