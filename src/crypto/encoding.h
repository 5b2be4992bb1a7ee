// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CRYPTO_ENCODING_H_
#define ZEROTOUCH_CRYPTO_ENCODING_H_

#include <optional>
#include <string>
#include <string_view>

namespace zerotouch::crypto {

// RFC 4648 section 5 without padding, as JWTs use it.
std::string Base64UrlEncode(std::string_view bytes);
// Strict: no padding, no other characters, no stray bits. nullopt otherwise.
std::optional<std::string> Base64UrlDecode(std::string_view text);

// SHA-256 of `bytes`, 32 bytes.
std::string Sha256(std::string_view bytes);
// HMAC-SHA-256, 32 bytes.
std::string HmacSha256(std::string_view key, std::string_view bytes);
// Compares in a time that depends on the lengths alone.
bool ConstantTimeEquals(std::string_view a, std::string_view b);

}  // namespace zerotouch::crypto

#endif  // ZEROTOUCH_CRYPTO_ENCODING_H_
