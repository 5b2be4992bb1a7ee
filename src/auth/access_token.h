// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_ACCESS_TOKEN_H_
#define ZEROTOUCH_AUTH_ACCESS_TOKEN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "auth/scopes.h"

namespace zerotouch::auth {

// What an access token says. Tokens are opaque to clients and kept nowhere:
// they carry this, signed with the store's secret, so every server on the
// store takes them, also after a restart.
struct AccessToken {
  std::string email;
  std::string key_id;  // that signed the assertion: revoking it ends the token
  Scopes scopes;
  absl::Time expires;  // to the second
};

std::string MintToken(const AccessToken& token, std::string_view secret);

// nullopt unless MintToken made it with this secret. Does not look at the time.
std::optional<AccessToken> ReadToken(std::string_view text, std::string_view secret);

// Whether `text` looks like one of these tokens, and not like a JWT.
bool IsAccessToken(std::string_view text);

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_ACCESS_TOKEN_H_
