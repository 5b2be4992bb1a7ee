// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_ACCESS_TOKEN_H_
#define ZEROTOUCH_AUTH_ACCESS_TOKEN_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "auth/scopes.h"

namespace zerotouch::auth {

// The content of an access token. A token is opaque to clients and stored nowhere:
// it carries this content, signed with a key of the store, so that every server on
// the store accepts it, also after a restart.
struct AccessToken {
  std::string email;
  std::string key_id;  // the key that signed the assertion; without it the token is invalid
  Scopes scopes;
  absl::Time expires;  // whole seconds
};

// Returns the key that signs access tokens, which is derived from the store's secret:
// page tokens are signed with another.
std::string TokenKeyOf(std::string_view secret);

// Returns the text of a token, signed with a key of TokenKeyOf.
std::string MintToken(const AccessToken& token, std::string_view key);

// Returns the content of a token, or nullopt unless MintToken made it with this key.
// Does not check `expires`.
std::optional<AccessToken> ReadToken(std::string_view text, std::string_view key);

// Returns true if `text` has the prefix of these tokens, which no JWT has.
bool IsAccessToken(std::string_view text);

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_ACCESS_TOKEN_H_
