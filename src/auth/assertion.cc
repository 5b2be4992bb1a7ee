// SPDX-License-Identifier: Apache-2.0
#include "auth/assertion.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "base/lru_cache.h"
#include "base/status_macros.h"

namespace zerotouch::auth {
namespace {

absl::Status CheckTimes(const crypto::JwtClaims& claims, absl::Time now) {
  if (claims.expires_at <= claims.issued_at) {
    return absl::InvalidArgumentError("Invalid JWT: exp is not after iat.");
  }
  // In whole seconds: a client may round iat and not exp.
  const absl::Duration lifetime =
      absl::Seconds(absl::ToUnixSeconds(claims.expires_at) - absl::ToUnixSeconds(claims.issued_at));
  if (lifetime > limits::kJwtLifetime) {
    return absl::InvalidArgumentError("Invalid JWT: exp is more than one hour after iat.");
  }
  if (claims.issued_at > now + limits::kJwtSkew) {
    return absl::InvalidArgumentError("Invalid JWT: iat is in the future. Check your clock.");
  }
  if (claims.not_before > now + limits::kJwtSkew) {
    return absl::InvalidArgumentError("Invalid JWT: nbf is in the future. Check your clock.");
  }
  if (claims.expires_at + limits::kJwtSkew < now) {
    return absl::InvalidArgumentError("Invalid JWT: it has expired. Check your clock.");
  }
  return absl::OkStatus();
}

// Returns the key of a PEM text, or null. Caches parsed keys: to parse one takes about
// twenty times as long as to verify a signature.
std::shared_ptr<const crypto::PublicKey> PublicKeyOf(const std::string& pem) {
  static auto& cache = *new LruCache<crypto::PublicKey>(limits::kParsedKeys);
  if (auto known = cache.Find(pem)) return known;
  absl::StatusOr<crypto::PublicKey> key = crypto::PublicKey::FromPem(pem);
  if (!key.ok()) return nullptr;
  auto parsed = std::make_shared<const crypto::PublicKey>(*std::move(key));
  cache.Put(pem, parsed);
  return parsed;
}

// Returns the id of the account's key that signed the JWT. If the JWT has a `kid`,
// only the key of that id is tried.
std::optional<std::string> FindSigner(const store::ServiceAccount& account,
                                      const crypto::ParsedJwt& jwt) {
  for (const store::AccountKey& key : account.keys) {
    if (!jwt.key_id.empty() && key.key_id != jwt.key_id) continue;
    const std::shared_ptr<const crypto::PublicKey> parsed = PublicKeyOf(key.public_pem);
    if (parsed != nullptr && crypto::VerifySignature(jwt, *parsed)) return key.key_id;
  }
  return std::nullopt;
}

// Returns why there is no signer, for the log.
std::string_view WhyNotSigned(const store::ServiceAccount* account, const crypto::ParsedJwt& jwt) {
  if (account == nullptr) return "no account has the name in iss";
  if (account->disabled) return "the account is disabled";
  const bool is_known =
      jwt.key_id.empty() ||
      std::any_of(account->keys.begin(), account->keys.end(),
                  [&](const store::AccountKey& key) { return key.key_id == jwt.key_id; });
  return is_known ? "no key of the account made the signature"
                  : "the account has no key with the id in kid: is the key file an old one?";
}

}  // namespace

absl::StatusOr<VerifiedJwt> VerifyJwt(AccountCache& accounts, int64_t version,
                                      std::string_view token, const Clock& clock) {
  ZT_ASSIGN_OR_RETURN(crypto::ParsedJwt jwt, crypto::ParseJwt(token));
  ZT_ASSIGN_OR_RETURN(std::shared_ptr<const store::ServiceAccount> account,
                      accounts.Find(jwt.claims.issuer, version));
  std::optional<std::string> signer =
      account != nullptr && !account->disabled ? FindSigner(*account, jwt) : std::nullopt;
  // The caller gets the same answer for an unknown account, a wrong key and a
  // forged signature. The log says which.
  if (!signer.has_value()) {
    log::Info("JWT refused", {{"reason", WhyNotSigned(account.get(), jwt)}});
    return absl::InvalidArgumentError("Invalid JWT Signature.");
  }
  if (!CheckTimes(jwt.claims, clock.Now()).ok()) {
    ZT_RETURN_IF_ERROR(CheckTimes(jwt.claims, clock.Real().Now()));
  }
  if (!jwt.claims.subject.empty() && jwt.claims.subject != jwt.claims.issuer) {
    return absl::InvalidArgumentError("Invalid JWT: sub must be equal to iss, or absent.");
  }
  return VerifiedJwt{
      .claims = std::move(jwt.claims), .account = std::move(account), .key_id = *std::move(signer)};
}

}  // namespace zerotouch::auth
