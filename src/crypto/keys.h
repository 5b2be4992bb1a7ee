// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CRYPTO_KEYS_H_
#define ZEROTOUCH_CRYPTO_KEYS_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace zerotouch::crypto {

// The supported JWS algorithms (RFC 7518 section 3.1).
enum class Algorithm { kRs256, kEs256 };

// Returns "RS256" or "ES256".
std::string_view NameOf(Algorithm algorithm);

// A parsed public key: RSA of at least 2048 bits, or P-256. Immutable, cheap to
// copy, thread-safe.
class PublicKey {
 public:
  // Parses SubjectPublicKeyInfo PEM. INVALID_ARGUMENT says what is wrong.
  static absl::StatusOr<PublicKey> FromPem(std::string_view pem);
  // Returns the key of a JWK's members (RFC 7518 section 6), decoded: modulus and exponent of
  // RSA, the point of P-256. INVALID_ARGUMENT says what is wrong.
  static absl::StatusOr<PublicKey> FromRsa(std::string_view modulus, std::string_view exponent);
  static absl::StatusOr<PublicKey> FromP256(std::string_view x, std::string_view y);
  std::string ToPem() const;
  Algorithm algorithm() const { return algorithm_; }
  // Returns true if this key made `signature` over `data`. `signature` is as in JWS
  // (ES256: r and s, 64 bytes).
  bool Verify(std::string_view data, std::string_view signature) const;

 private:
  friend class PrivateKey;
  PublicKey(std::shared_ptr<evp_pkey_st> key, Algorithm algorithm)
      : key_(std::move(key)), algorithm_(algorithm) {}
  std::shared_ptr<evp_pkey_st> key_;
  Algorithm algorithm_;
};

// A parsed private key: RSA of at least 2048 bits, or P-256. Immutable, cheap to copy,
// thread-safe.
class PrivateKey {
 public:
  // Generates an RSA-2048 or P-256 key. RSA takes about 100 ms.
  static absl::StatusOr<PrivateKey> Generate(Algorithm algorithm);
  // Parses PKCS #8 (or traditional) PEM without a passphrase.
  static absl::StatusOr<PrivateKey> FromPem(std::string_view pem);
  // Returns PKCS #8 PEM.
  std::string ToPem() const;
  PublicKey Public() const;
  Algorithm algorithm() const { return algorithm_; }
  // Returns the signature over `data`, as in JWS.
  absl::StatusOr<std::string> Sign(std::string_view data) const;

 private:
  PrivateKey(std::shared_ptr<evp_pkey_st> key, Algorithm algorithm)
      : key_(std::move(key)), algorithm_(algorithm) {}
  std::shared_ptr<evp_pkey_st> key_;
  Algorithm algorithm_;
};

}  // namespace zerotouch::crypto

#endif  // ZEROTOUCH_CRYPTO_KEYS_H_
