// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_OIDC_H_
#define ZEROTOUCH_AUTH_OIDC_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/portal_sessions.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "crypto/jwt.h"
#include "crypto/key_set.h"

namespace zerotouch::auth {

// The provider at which people sign in.
struct OidcSettings {
  std::string issuer;         // its URL, without a slash at the end unless its iss has one
  std::string client_id;      // of this server, at the provider
  std::string client_secret;  // a secret; empty: a public client
  std::string groups_claim;   // the claim with a person's groups; empty: none is read
};

// A request of this server to the provider.
struct ProviderRequest {
  std::string url;
  std::string form;        // of a POST; empty: a GET
  std::string basic_auth;  // user:password, encoded; empty: none. A secret
};
struct ProviderAnswer {
  int status = 0;
  std::string body;
};
// Returns the answer, with at most limits::kProviderAnswerBytes, or why there is no such answer.
// May take limits::kProviderTimeout.
using ProviderCall = std::function<absl::StatusOr<ProviderAnswer>(const ProviderRequest&)>;

// Signs people in at an OpenID provider: OpenID Connect Core 1.0 by the authorization code flow
// with PKCE (RFC 7636, S256), state and nonce. What a sign-in must remember is in its cookie,
// signed, so any replica can finish it. The functions may block. Thread-safe.
class OidcClient {
 public:
  // `clock` must outlive it; its real time counts. `secret` is that of the store.
  OidcClient(OidcSettings settings, ProviderCall call, std::string_view secret, const Clock& clock);

  struct Start {
    std::string url;     // at the provider, to which to send the browser
    std::string cookie;  // to keep until it comes back, for limits::kSignInTime
  };
  // Begins a sign-in that comes back to `redirect_uri` and then leads to `return_path`.
  // UNAVAILABLE if the provider cannot be reached.
  absl::StatusOr<Start> Begin(const std::string& redirect_uri, const std::string& return_path);

  struct Finish {
    Visitor visitor;
    std::string return_path;
  };
  // Finishes a sign-in with the query of the request that came back, and the cookie.
  // INVALID_ARGUMENT if the sign-in did not begin here or is too old, UNAUTHENTICATED if the
  // provider refused it or its token is not good, UNAVAILABLE if it cannot be reached. The
  // message is for the log.
  absl::StatusOr<Finish> End(std::string_view query, std::string_view cookie,
                             const std::string& redirect_uri);

  // Reads what the provider says of itself, and its keys, as a sign-in does. UNAVAILABLE if the
  // provider cannot be reached or its answers are no good.
  absl::Status Reach();

  // Returns where to send the browser to sign out at the provider too, from where it comes back
  // to `return_url`; an empty text if the provider has no such place, or is not known yet.
  std::string SignOutUrl(const std::string& return_url);

 private:
  // Holds what the provider says of itself (OpenID Connect Discovery 1.0), and its keys.
  struct Provider {
    std::string authorization_endpoint, token_endpoint, jwks_uri, end_session_endpoint;
    bool takes_basic_auth = true;
    absl::Time read;
  };
  struct Keys {
    std::vector<crypto::SetKey> keys;
    absl::Time read;
  };
  struct SignIn;  // what the cookie holds

  absl::StatusOr<std::shared_ptr<const Provider>> ReadProvider();
  // Returns keys that were read after `after`, if they may be read again so soon.
  absl::StatusOr<std::shared_ptr<const Keys>> ReadKeys(const Provider& provider, absl::Time after);
  absl::StatusOr<std::string> Get(const std::string& url);
  // Returns the ID token for a code.
  absl::StatusOr<std::string> Redeem(const Provider& provider, const std::string& code,
                                     const std::string& verifier, const std::string& redirect_uri);
  absl::StatusOr<Visitor> Verify(const Provider& provider, std::string_view token,
                                 std::string_view nonce);
  absl::Status CheckSignature(const Provider& provider, const crypto::ParsedJwt& token);
  std::string Sign(const SignIn& sign_in) const;
  absl::StatusOr<SignIn> ReadSignIn(std::string_view cookie) const;

  const OidcSettings settings_;
  const ProviderCall call_;
  const std::string key_;  // signs cookies
  const Clock& clock_;
  Mutex mutex_;
  std::shared_ptr<const Provider> provider_ ZT_GUARDED_BY(mutex_);  // null at first
  std::shared_ptr<const Keys> keys_ ZT_GUARDED_BY(mutex_);          // null at first
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_OIDC_H_
