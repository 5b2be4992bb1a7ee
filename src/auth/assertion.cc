// SPDX-License-Identifier: Apache-2.0
#include "auth/assertion.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace zerotouch::auth {
namespace {

absl::Status CheckTimes(const crypto::JwtClaims& claims, absl::Time now) {
  if (claims.expires_at <= claims.issued_at) {
    return absl::InvalidArgumentError("Invalid JWT: exp is not after iat.");
  }
  if (claims.expires_at - claims.issued_at > limits::kJwtLifetime) {
    return absl::InvalidArgumentError("Invalid JWT: it is good for more than one hour.");
  }
  if (claims.issued_at > now + limits::kJwtSkew) {
    return absl::InvalidArgumentError("Invalid JWT: iat is in the future. Check the clock.");
  }
  if (claims.expires_at + limits::kJwtSkew < now) {
    return absl::InvalidArgumentError("Invalid JWT: it has expired. Check the clock.");
  }
  return absl::OkStatus();
}

// The key of a PEM text. Keys are kept as they were parsed, for parsing one
// takes some twenty times as long as a verification.
std::optional<crypto::PublicKey> KeyOf(const std::string& pem) {
  constexpr size_t kKept = 10'000;
  static std::mutex& mutex = *new std::mutex;
  static auto& kept = *new absl::flat_hash_map<std::string, crypto::PublicKey>;
  {
    const std::lock_guard lock(mutex);
    if (const auto found = kept.find(pem); found != kept.end()) return found->second;
  }
  absl::StatusOr<crypto::PublicKey> key = crypto::PublicKey::FromPem(pem);
  if (!key.ok()) return std::nullopt;
  const std::lock_guard lock(mutex);
  if (kept.size() >= kKept) kept.clear();
  kept.insert_or_assign(pem, *key);
  return *std::move(key);
}

// The id of the account's key that signed the JWT. A `kid` must name it; without
// one, any of the account's keys may have.
std::optional<std::string> FindSigner(const store::ServiceAccount& account,
                                      const crypto::ParsedJwt& jwt) {
  for (const store::AccountKey& key : account.keys) {
    if (!jwt.key_id.empty() && key.key_id != jwt.key_id) continue;
    const std::optional<crypto::PublicKey> parsed = KeyOf(key.public_pem);
    if (parsed.has_value() && crypto::VerifySignature(jwt, *parsed)) return key.key_id;
  }
  return std::nullopt;
}

// Why FindSigner finds none.
std::string_view WhyNotSigned(const std::optional<store::ServiceAccount>& account,
                              const crypto::ParsedJwt& jwt) {
  if (!account.has_value()) return "there is no account of the name in iss";
  if (account->disabled) return "the account is disabled";
  const bool is_known =
      jwt.key_id.empty() ||
      std::any_of(account->keys.begin(), account->keys.end(),
                  [&](const store::AccountKey& key) { return key.key_id == jwt.key_id; });
  return is_known ? "the signature is not by a key of the account"
                  : "the account has no key of the id in kid: is the key file an old one?";
}

}  // namespace

absl::StatusOr<VerifiedJwt> VerifyJwt(store::AccountReads& accounts, std::string_view token,
                                      absl::Time now) {
  ZT_ASSIGN_OR_RETURN(crypto::ParsedJwt jwt, crypto::ParseJwt(token));
  ZT_ASSIGN_OR_RETURN(std::optional<store::ServiceAccount> account,
                      accounts.FindAccount(jwt.claims.issuer));
  const std::optional<std::string> signer =
      account.has_value() && !account->disabled ? FindSigner(*account, jwt) : std::nullopt;
  // One answer for an unknown account, a wrong key and a forged signature; the
  // log tells which.
  if (!signer.has_value()) {
    log::Info("JWT refused", {{"reason", WhyNotSigned(account, jwt)}});
    return absl::InvalidArgumentError("Invalid JWT Signature.");
  }
  ZT_RETURN_IF_ERROR(CheckTimes(jwt.claims, now));
  if (!jwt.claims.subject.empty() && jwt.claims.subject != jwt.claims.issuer) {
    return absl::InvalidArgumentError("Invalid JWT: sub must be iss, or absent.");
  }
  return VerifiedJwt{
      .claims = std::move(jwt.claims), .account = *std::move(account), .key_id = *signer};
}

}  // namespace zerotouch::auth
