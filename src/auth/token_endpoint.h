// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_TOKEN_ENDPOINT_H_
#define ZEROTOUCH_AUTH_TOKEN_ENDPOINT_H_

#include <string>
#include <string_view>

#include "auth/audience.h"
#include "base/clock.h"
#include "store/store.h"

namespace zerotouch::auth {

// An answer of the token endpoint: JSON, not to be cached.
struct TokenAnswer {
  int http_status = 200;
  std::string body;
};

// OAuth 2.0: gives an access token for a service account's signed assertion
// (RFC 7523, RFC 6749 section 5). Thread-safe.
class TokenEndpoint {
 public:
  // All must outlive it.
  TokenEndpoint(store::Store& store, const Clock& clock, const Audience& audience)
      : store_(store), clock_(clock), audience_(audience) {}

  // Answers a POST. The parameters are in the form body or, if the body is
  // empty, in the query.
  TokenAnswer Answer(std::string_view content_type, std::string_view body,
                     std::string_view query) const;

 private:
  TokenAnswer Grant(std::string_view assertion) const;

  store::Store& store_;
  const Clock& clock_;
  const Audience& audience_;
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_TOKEN_ENDPOINT_H_
