// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CRYPTO_KEYS_H_
#define ZEROTOUCH_CRYPTO_KEYS_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace zerotouch::crypto {

// The JWS algorithms in use (RFC 7518 section 3.1).
enum class Algorithm { kRs256, kEs256 };

// "RS256" or "ES256".
std::string_view NameOf(Algorithm algorithm);

// A parsed public key: RSA of at least 2048 bits, or P-256. Immutable, cheap to
// copy, thread-safe.
class PublicKey {
 public:
  // SubjectPublicKeyInfo PEM. INVALID_ARGUMENT says what is wrong with it.
  static absl::StatusOr<PublicKey> FromPem(std::string_view pem);
  std::string ToPem() const;
  Algorithm algorithm() const { return algorithm_; }
  // Whether `signature`, as JWS writes it (ES256: r and s, 64 bytes), is this
  // key's over `data`.
  bool Verify(std::string_view data, std::string_view signature) const;

 private:
  friend class PrivateKey;
  PublicKey(std::shared_ptr<evp_pkey_st> key, Algorithm algorithm)
      : key_(std::move(key)), algorithm_(algorithm) {}
  std::shared_ptr<evp_pkey_st> key_;
  Algorithm algorithm_;
};

// A parsed private key; the same kinds, the same guarantees.
class PrivateKey {
 public:
  // A new RSA-2048 or P-256 key. RSA takes some 100 ms.
  static absl::StatusOr<PrivateKey> Generate(Algorithm algorithm);
  // PKCS #8 (or traditional) PEM without a passphrase.
  static absl::StatusOr<PrivateKey> FromPem(std::string_view pem);
  // PKCS #8 PEM.
  std::string ToPem() const;
  PublicKey Public() const;
  Algorithm algorithm() const { return algorithm_; }
  // The signature over `data`, as JWS writes it.
  absl::StatusOr<std::string> Sign(std::string_view data) const;

 private:
  PrivateKey(std::shared_ptr<evp_pkey_st> key, Algorithm algorithm)
      : key_(std::move(key)), algorithm_(algorithm) {}
  std::shared_ptr<evp_pkey_st> key_;
  Algorithm algorithm_;
};

}  // namespace zerotouch::crypto

#endif  // ZEROTOUCH_CRYPTO_KEYS_H_
