// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CRYPTO_ENCODING_H_
#define ZEROTOUCH_CRYPTO_ENCODING_H_

#include <optional>
#include <string>
#include <string_view>

namespace zerotouch::crypto {

// Encodes `bytes` as in RFC 4648 section 5 without padding, as JWTs use it.
std::string Base64UrlEncode(std::string_view bytes);
// Decodes the same. Returns nullopt for padding, other characters and stray bits.
std::optional<std::string> Base64UrlDecode(std::string_view text);

// Encodes `bytes` as in RFC 4648 section 4, with padding.
std::string Base64Encode(std::string_view bytes);
// Decodes the same. Returns nullopt for missing padding, other characters and stray bits.
std::optional<std::string> Base64Decode(std::string_view text);

// Returns the SHA-256 digest of `bytes`: 32 bytes.
std::string Sha256(std::string_view bytes);
// Returns the HMAC-SHA-256 code of `bytes`: 32 bytes.
std::string HmacSha256(std::string_view key, std::string_view bytes);
// Compares in a time that depends only on the lengths.
bool ConstantTimeEquals(std::string_view a, std::string_view b);

}  // namespace zerotouch::crypto

#endif  // ZEROTOUCH_CRYPTO_ENCODING_H_
