// SPDX-License-Identifier: Apache-2.0
#include "auth/authenticator.h"

#include <algorithm>
#include <memory>

#include "auth/access_token.h"
#include "auth/assertion.h"
#include "base/ascii.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "crypto/encoding.h"
#include "errors/errors.h"

namespace zerotouch::auth {
namespace {

Principal PrincipalOf(const store::ServiceAccount& account, Scopes scopes) {
  return {.email = account.email,
          .scopes = scopes,
          .partner = account.partner,
          .customers = account.customers,
          .terms_pending = account.terms_pending,
          .quota_per_100s = account.quota_per_100s};
}

// Returns the same answer for every reason, and logs the reason.
absl::Status Refused(std::string_view reason) {
  log::Info("credentials refused", {{"reason", reason}});
  return errors::InvalidCredentials();
}

// Returns the token of `Authorization: Bearer TOKEN`; empty if the scheme, which
// ignores case, is another.
std::string_view BearerTokenOf(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  if (!EqualIgnoringCase(header.substr(0, kScheme.size()), kScheme)) return {};
  header.remove_prefix(kScheme.size());
  const size_t begin = header.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view() : header.substr(begin);
}

}  // namespace

absl::StatusOr<Principal> Authenticator::Authenticate(std::string_view header,
                                                      std::string_view query) const {
  if (header.empty() && query.empty()) return errors::MissingCredentials();
  const std::string_view token = header.empty() ? query : BearerTokenOf(header);
  if (token.empty()) return Refused("the Authorization header is not \"Bearer TOKEN\"");
  ZT_ASSIGN_OR_RETURN(const int64_t version, accounts_.Version());
  const std::string digest = crypto::Sha256(token);
  const absl::Time now = clock_.Now();
  const std::shared_ptr<const Verified> known = verified_.Find(digest);
  if (known != nullptr && known->version == version && known->begin <= now && now < known->end) {
    return known->principal;
  }
  ZT_ASSIGN_OR_RETURN(Verified verified,
                      IsAccessToken(token) ? ByAccessToken(version, token) : ByJwt(version, token));
  const auto kept = std::make_shared<const Verified>(std::move(verified));
  verified_.Put(digest, kept);
  return kept->principal;
}

absl::Status Authenticator::CountCall(const Principal& caller) const {
  return quota_ == nullptr ? absl::OkStatus() : quota_->Take(caller);
}

absl::StatusOr<Authenticator::Verified> Authenticator::ByAccessToken(int64_t version,
                                                                     std::string_view text) const {
  ZT_ASSIGN_OR_RETURN(const std::shared_ptr<const std::string> key, accounts_.TokenKey(version));
  const std::optional<AccessToken> token = ReadToken(text, *key);
  if (!token.has_value()) return Refused("this server did not issue the access token");
  if (token->expires <= clock_.Now()) return Refused("the access token has expired");
  ZT_ASSIGN_OR_RETURN(const std::shared_ptr<const store::ServiceAccount> account,
                      accounts_.Find(token->email, version));
  if (account == nullptr || account->disabled) {
    return Refused("the account of the access token is deleted or disabled");
  }
  const bool key_exists =
      std::any_of(account->keys.begin(), account->keys.end(),
                  [&](const store::AccountKey& each) { return each.key_id == token->key_id; });
  if (!key_exists) return Refused("the key of the access token is deleted");
  return Verified{.version = version,
                  .begin = absl::InfinitePast(),
                  .end = token->expires,
                  .principal = PrincipalOf(*account, token->scopes)};
}

absl::StatusOr<Authenticator::Verified> Authenticator::ByJwt(int64_t version,
                                                             std::string_view token) const {
  const absl::StatusOr<VerifiedJwt> jwt = VerifyJwt(accounts_, version, token, clock_);
  if (absl::IsInvalidArgument(jwt.status())) return Refused(MessageOf(jwt.status()));
  ZT_RETURN_IF_ERROR(jwt.status());
  const crypto::JwtClaims& claims = jwt->claims;
  const std::string audience = claims.audience.value_or("");
  if (audience.empty() ? claims.scope.empty() : !audience_.AcceptsBearer(audience)) {
    return Refused(audience.empty() ? "the JWT has neither aud nor scope"
                                    : "aud of the JWT is not this server's URL");
  }
  // A JWT with an audience and no scope has every right of the account.
  const Scopes scopes = claims.scope.empty()
                            ? Scopes{.reseller = static_cast<bool>(jwt->account->partner),
                                     .customer = !jwt->account->customers.empty()}
                            : ParseScopes(claims.scope);
  return Verified{.version = version,
                  .begin = std::max(claims.issued_at, claims.not_before) - limits::kJwtSkew,
                  .end = claims.expires_at + limits::kJwtSkew,
                  .principal = PrincipalOf(*jwt->account, scopes)};
}

}  // namespace zerotouch::auth
