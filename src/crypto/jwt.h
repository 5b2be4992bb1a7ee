// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CRYPTO_JWT_H_
#define ZEROTOUCH_CRYPTO_JWT_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/keys.h"

namespace zerotouch::crypto {

// The claims of a JWT that service accounts use (RFC 7519, RFC 7523).
struct JwtClaims {
  std::string issuer;                   // iss
  std::string subject;                  // sub; empty if absent
  std::optional<std::string> audience;  // aud; an array of one counts as its element
  std::string scope;                    // scope, separated by single spaces
  absl::Time issued_at;                 // iat, to the microsecond (clients send fractions)
  absl::Time expires_at;                // exp
};

// A JWT taken apart, not yet verified.
struct ParsedJwt {
  Algorithm algorithm;  // from `alg`; anything but RS256 and ES256 does not parse
  std::string key_id;   // `kid`; empty if absent
  JwtClaims claims;
  std::string signed_text;  // header and payload as they were signed
  std::string signature;    // decoded
};

// Takes a compact JWS apart. INVALID_ARGUMENT says what is wrong with it
// without repeating any of it. `crit` headers are refused (RFC 7515 4.1.11).
absl::StatusOr<ParsedJwt> ParseJwt(std::string_view token);

// Whether `key` signed it; false also when the key is of another algorithm.
bool VerifySignature(const ParsedJwt& jwt, const PublicKey& key);

// Makes a signed JWT. `key_id` may be empty; empty claims are left out; times
// are written as whole seconds.
absl::StatusOr<std::string> SignJwt(const PrivateKey& key, std::string_view key_id,
                                    const JwtClaims& claims);

}  // namespace zerotouch::crypto

#endif  // ZEROTOUCH_CRYPTO_JWT_H_
