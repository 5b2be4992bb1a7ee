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

// Returns every right of the account.
Scopes AllScopesOf(const store::ServiceAccount& account) {
  return {.reseller = static_cast<bool>(account.partner), .customer = !account.customers.empty()};
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
  const absl::Time now = clock_.Now();
  const std::shared_ptr<const Verified> known = verified_.Find(token);
  const int64_t hour = KeyUses::HourOf(now);
  const bool is_good = known != nullptr && IsGood(*known, version, now);
  if (is_good && known->hour == hour) return known->principal;
  absl::StatusOr<Verified> verified = is_good ? *known : Verify(version, token);
  ZT_RETURN_IF_ERROR(verified.status());
  const std::shared_ptr<const Verified> kept = NoteUse(*std::move(verified), hour);
  if (token.size() <= limits::kRememberedCredentialBytes) verified_.Put(token, kept);
  return kept->principal;
}

bool Authenticator::IsGood(const Verified& verified, int64_t version, absl::Time now) const {
  return verified.version == version && verified.begin <= now && now < verified.end &&
         (!verified.generation.has_value() || *verified.generation == issuers_->generation());
}

std::shared_ptr<const Authenticator::Verified> Authenticator::NoteUse(Verified verified,
                                                                      int64_t hour) const {
  verified.hour = hour;
  if (uses_ != nullptr && !verified.key_id.empty()) {
    uses_->Note(verified.principal.email, verified.key_id, hour);
  }
  return std::make_shared<const Verified>(std::move(verified));
}

absl::StatusOr<Authenticator::Verified> Authenticator::Verify(int64_t version,
                                                              std::string_view token) const {
  if (IsAccessToken(token)) return ByAccessToken(version, token);
  if (issuers_ != nullptr) {
    const std::optional<crypto::ParsedJwt> issued = issuers_->Claimed(token);
    if (issued.has_value()) return ByIssuer(version, *issued);
  }
  return ByJwt(version, token);
}

absl::Status Authenticator::CountCall(const Principal& caller) const {
  return quota_ == nullptr ? absl::OkStatus() : quota_->Take(caller);
}

std::optional<absl::Status> Authenticator::TryCountCall(const Principal& caller) const {
  return quota_ == nullptr ? absl::OkStatus() : quota_->TryTake(caller);
}

absl::StatusOr<Authenticator::Verified> Authenticator::ByAccessToken(int64_t version,
                                                                     std::string_view text) const {
  ZT_ASSIGN_OR_RETURN(const std::shared_ptr<const std::string> key, accounts_.TokenKey(version));
  const std::optional<AccessToken> token = ReadToken(text, *key);
  if (!token.has_value()) return Refused("this server did not issue the access token");
  if (token->expires <= clock_.Now()) return Refused("the access token has expired");
  if (PortalSessions::IsSessionKey(token->key_id)) return BySession(version, *token);
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
                  .principal = PrincipalOf(*account, token->scopes),
                  .key_id = token->key_id};
}

absl::StatusOr<Authenticator::Verified> Authenticator::BySession(int64_t version,
                                                                 const AccessToken& token) const {
  if (sessions_ == nullptr) return Refused("the access token is of the portal, which is off");
  ZT_ASSIGN_OR_RETURN(std::optional<SignedIn> found, sessions_->FindByKey(token.key_id));
  if (!found.has_value()) return Refused("the session of the access token has ended");
  // The person may act for more companies by now. The token says for which kind.
  Principal& principal = found->principal;
  principal.scopes.reseller &= token.scopes.reseller;
  principal.scopes.customer &= token.scopes.customer;
  return Verified{.version = version,
                  .begin = absl::InfinitePast(),
                  .end = std::min(token.expires, found->session.expires),
                  .principal = std::move(principal)};
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
  const Scopes scopes =
      claims.scope.empty() ? AllScopesOf(*jwt->account) : ParseScopes(claims.scope);
  return Verified{.version = version,
                  .begin = std::max(claims.issued_at, claims.not_before) - limits::kJwtSkew,
                  .end = claims.expires_at + limits::kJwtSkew,
                  .principal = PrincipalOf(*jwt->account, scopes),
                  .key_id = jwt->key_id};
}

absl::StatusOr<Authenticator::Verified> Authenticator::ByIssuer(
    int64_t version, const crypto::ParsedJwt& token) const {
  const absl::StatusOr<Issuers::Verified> issued = issuers_->Verify(token);
  if (absl::IsInvalidArgument(issued.status())) return Refused(MessageOf(issued.status()));
  ZT_RETURN_IF_ERROR(issued.status());
  ZT_ASSIGN_OR_RETURN(const std::shared_ptr<const store::ServiceAccount> account,
                      accounts_.Find(issued->account, version));
  if (account == nullptr || account->disabled) {
    return Refused("the account for the issuer's token does not exist or is disabled");
  }
  // Providers have scopes of their own, such as openid: only ours limit the rights.
  const Scopes named = ParseScopes(issued->scope);
  return Verified{.version = version,
                  .begin = issued->begin,
                  .end = issued->end,
                  .principal = PrincipalOf(*account, named.empty() ? AllScopesOf(*account) : named),
                  .key_id = {},
                  .generation = issued->generation};
}

}  // namespace zerotouch::auth
