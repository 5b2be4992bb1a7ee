// SPDX-License-Identifier: Apache-2.0
#include "auth/assertion.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/mutex.h"
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

// Returns the key of a PEM text. Caches parsed keys: to parse one takes about
// twenty times as long as to verify a signature.
std::optional<crypto::PublicKey> PublicKeyOf(const std::string& pem) {
  constexpr size_t kMostKeys = 10'000;
  static Mutex& mutex = *new Mutex;
  static auto& cache = *new absl::flat_hash_map<std::string, crypto::PublicKey>;
  {
    const MutexLock lock(mutex);
    if (const auto found = cache.find(pem); found != cache.end()) return found->second;
  }
  absl::StatusOr<crypto::PublicKey> key = crypto::PublicKey::FromPem(pem);
  if (!key.ok()) return std::nullopt;
  const MutexLock lock(mutex);
  if (cache.size() >= kMostKeys) cache.clear();
  cache.insert_or_assign(pem, *key);
  return *std::move(key);
}

// Returns the id of the account's key that signed the JWT. If the JWT has a `kid`,
// only the key of that id is tried.
std::optional<std::string> FindSigner(const store::ServiceAccount& account,
                                      const crypto::ParsedJwt& jwt) {
  for (const store::AccountKey& key : account.keys) {
    if (!jwt.key_id.empty() && key.key_id != jwt.key_id) continue;
    const std::optional<crypto::PublicKey> parsed = PublicKeyOf(key.public_pem);
    if (parsed.has_value() && crypto::VerifySignature(jwt, *parsed)) return key.key_id;
  }
  return std::nullopt;
}

// Returns why there is no signer, for the log.
std::string_view WhyNotSigned(const std::optional<store::ServiceAccount>& account,
                              const crypto::ParsedJwt& jwt) {
  if (!account.has_value()) return "no account has the name in iss";
  if (account->disabled) return "the account is disabled";
  const bool is_known =
      jwt.key_id.empty() ||
      std::any_of(account->keys.begin(), account->keys.end(),
                  [&](const store::AccountKey& key) { return key.key_id == jwt.key_id; });
  return is_known ? "no key of the account made the signature"
                  : "the account has no key with the id in kid: is the key file an old one?";
}

}  // namespace

absl::StatusOr<VerifiedJwt> VerifyJwt(store::AccountReads& accounts, std::string_view token,
                                      absl::Time now) {
  ZT_ASSIGN_OR_RETURN(crypto::ParsedJwt jwt, crypto::ParseJwt(token));
  ZT_ASSIGN_OR_RETURN(std::optional<store::ServiceAccount> account,
                      accounts.FindAccount(jwt.claims.issuer));
  const std::optional<std::string> signer =
      account.has_value() && !account->disabled ? FindSigner(*account, jwt) : std::nullopt;
  // The caller gets the same answer for an unknown account, a wrong key and a
  // forged signature. The log says which.
  if (!signer.has_value()) {
    log::Info("JWT refused", {{"reason", WhyNotSigned(account, jwt)}});
    return absl::InvalidArgumentError("Invalid JWT Signature.");
  }
  ZT_RETURN_IF_ERROR(CheckTimes(jwt.claims, now));
  if (!jwt.claims.subject.empty() && jwt.claims.subject != jwt.claims.issuer) {
    return absl::InvalidArgumentError("Invalid JWT: sub must be equal to iss, or absent.");
  }
  return VerifiedJwt{
      .claims = std::move(jwt.claims), .account = *std::move(account), .key_id = *signer};
}

}  // namespace zerotouch::auth
