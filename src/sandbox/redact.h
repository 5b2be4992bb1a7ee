// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_REDACT_H_
#define ZEROTOUCH_SANDBOX_REDACT_H_

#include <string>
#include <string_view>

namespace zerotouch::sandbox {

inline constexpr std::string_view kRedacted = "[redacted]";

// Returns true if a header field, a parameter or a JSON member of this name holds a
// credential: an Authorization, a cookie, a token, an assertion, a secret or a key.
// Page tokens are not secret.
bool IsSecretName(std::string_view name);

// Returns the text with kRedacted for each credential: values of secret names in JSON
// (also JSON in a JSON string), in forms, in queries and in header lines; what follows
// "Bearer" and "Basic"; JWTs; access tokens; private keys. A text that ends in a
// credential has none of it left.
std::string Redact(std::string_view text);

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_REDACT_H_
