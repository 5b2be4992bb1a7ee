// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CRYPTO_JWT_H_
#define ZEROTOUCH_CRYPTO_JWT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/keys.h"

namespace zerotouch::crypto {

// The claims of a JWT (RFC 7519, RFC 7523). Times have microseconds: clients send
// fractions.
struct JwtClaims {
  std::string issuer;                            // iss
  std::string subject;                           // sub; empty if absent
  std::optional<std::string> audience;           // aud; an array of one is read as its element
  std::string scope;                             // scope, separated by single spaces
  absl::Time issued_at;                          // iat
  absl::Time expires_at;                         // exp
  absl::Time not_before = absl::InfinitePast();  // nbf
  std::string id;                                // jti; empty if absent
  // Only in tokens of JwtKind::kIssued.
  std::vector<std::string> audiences;  // aud
  std::string email;                   // email, if email_verified is true; else empty
};

// A parsed JWT, not yet verified.
struct ParsedJwt {
  Algorithm algorithm;  // alg
  std::string key_id;   // kid; empty if absent
  JwtClaims claims;
  std::string signed_text;  // header and payload as received, still encoded
  std::string signature;    // decoded
};

// The kinds of JWTs.
enum class JwtKind {
  kAssertion,  // signed by a service account
  kIssued,     // an ID or access token of an OpenID provider (OpenID Connect Core, RFC 9068)
};

// Parses a compact JWS. Returns INVALID_ARGUMENT with a sentence that names the
// wrong member and repeats no value, if
// - `alg` is not RS256 or ES256, `typ` is present and not JWT, `kid` is empty,
//   or `crit`, `b64` or `zip` is present;
// - a member of the header or of the claims is given twice;
// - a member that this program reads has the wrong type, or `iat` or `exp` is missing.
// With kIssued `typ` may also be `at+jwt`, and `aud` a list, which is in `audiences`.
absl::StatusOr<ParsedJwt> ParseJwt(std::string_view token, JwtKind kind = JwtKind::kAssertion);

// Returns true if `key` signed the token. A key of another algorithm did not.
bool VerifySignature(const ParsedJwt& jwt, const PublicKey& key);

// Returns a signed JWT. Omits an empty `key_id`, empty claims and an infinite `nbf`;
// writes times as whole seconds.
absl::StatusOr<std::string> SignJwt(const PrivateKey& key, std::string_view key_id,
                                    const JwtClaims& claims);

}  // namespace zerotouch::crypto

#endif  // ZEROTOUCH_CRYPTO_JWT_H_
