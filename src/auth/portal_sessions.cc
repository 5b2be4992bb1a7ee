// SPDX-License-Identifier: Apache-2.0
#include "auth/portal_sessions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "auth/access_token.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"
#include "errors/errors.h"

namespace zerotouch::auth {
namespace {

constexpr size_t kSecretBytes = 32;
constexpr std::string_view kSessionKeyPrefix = "session/";

// Bounds what is hashed of a cookie that somebody made up.
constexpr size_t kLongestSecret = 128;

// Returns the roles of a person: the greatest for each company. Of several resellers the one
// that named the person first counts, because a caller acts for one.
void TakeRoles(const std::vector<store::User>& users, Principal& principal,
               std::map<CustomerId, UserRole>& customers) {
  principal.partner_role = UserRole::kNone;
  for (const store::User& user : users) {
    if (user.partner && (!principal.partner || principal.partner == user.partner)) {
      principal.partner = user.partner;
      principal.partner_role = std::max(principal.partner_role, user.role);
    } else if (user.customer &&
               (customers.size() < limits::kCompaniesOfUser || customers.contains(user.customer))) {
      UserRole& role = customers[user.customer];
      role = std::max(role, user.role);
    }
  }
}

}  // namespace

absl::Time SignedIn::EndTime() const {
  return std::min(session.expires, session.used + limits::kSessionIdleTime);
}

bool PortalSessions::HasEnded(const store::PortalSession& session) const {
  const absl::Time now = clock_.Now();
  return session.expires <= now || session.used + limits::kSessionIdleTime <= now ||
         (session.is_account && !is_sandbox_);
}

absl::StatusOr<std::string> PortalSessions::Begin(const Visitor& visitor) {
  const std::string secret = crypto::Base64UrlEncode(RandomBytes(kSecretBytes));
  const absl::Time now = clock_.Now();
  store::PortalSession session{.id = crypto::Sha256(secret),
                               .email = visitor.email,
                               .name = visitor.name,
                               .groups = {},
                               .is_account = visitor.is_account,
                               .created = now,
                               .used = now,
                               .expires = now + limits::kSessionLifetime};
  const absl::Status written = store_.Write([&](store::Transaction& tx) -> absl::Status {
    session.groups.clear();
    ZT_ASSIGN_OR_RETURN(const std::vector<store::User> users,
                        tx.FindUsers(visitor.email, visitor.groups));
    for (const store::User& user : users) {
      if (!user.group.empty() && std::ranges::count(session.groups, user.group) == 0) {
        session.groups.push_back(user.group);
      }
    }
    ZT_ASSIGN_OR_RETURN(const std::optional<Principal> principal, PrincipalOf(tx, session));
    if (!principal.has_value()) return errors::NotAllowed();
    ZT_RETURN_IF_ERROR(tx.PruneSessions(visitor.email, limits::kSessionsPerUser - 1, now,
                                        now - limits::kSessionIdleTime));
    ZT_ASSIGN_OR_RETURN(const int64_t sessions, tx.CountSessions());
    if (sessions >= limits::kSessions) {
      return errors::TooBusy("sessions of the portal", absl::Minutes(1));
    }
    return tx.AddSession(session);
  });
  ZT_RETURN_IF_ERROR(written);
  return secret;
}

absl::StatusOr<std::optional<SignedIn>> PortalSessions::Find(std::string_view secret) {
  if (secret.empty() || secret.size() > kLongestSecret) return std::nullopt;
  ZT_ASSIGN_OR_RETURN(std::optional<SignedIn> found, FindById(crypto::Sha256(secret)));
  if (!found.has_value()) return std::nullopt;
  // Only who has the secret can make it.
  found->csrf = crypto::Base64UrlEncode(crypto::HmacSha256(secret, "csrf"));
  const absl::Time now = clock_.Now();
  if (now - found->session.used >= limits::kSessionUseStep) {
    ZT_RETURN_IF_ERROR(store_.Write(
        [&](store::Transaction& tx) { return tx.SetSessionUsed(found->session.id, now); }));
    found->session.used = now;
  }
  return found;
}

absl::Status PortalSessions::End(std::string_view secret) {
  if (secret.empty() || secret.size() > kLongestSecret) return absl::OkStatus();
  const std::string id = crypto::Sha256(secret);
  return store_.Write([&](store::Transaction& tx) { return tx.RemoveSession(id); });
}

absl::StatusOr<std::string> PortalSessions::MintToken(const SignedIn& signed_in) {
  ZT_ASSIGN_OR_RETURN(const int64_t version, accounts_.Version());
  ZT_ASSIGN_OR_RETURN(const std::shared_ptr<const std::string> key, accounts_.TokenKey(version));
  const absl::Time expires = clock_.Now() + limits::kPortalTokenLifetime;
  return auth::MintToken({.email = signed_in.session.email,
                          .key_id = fmt::format("{}{}", kSessionKeyPrefix,
                                                crypto::Base64UrlEncode(signed_in.session.id)),
                          .scopes = signed_in.principal.scopes,
                          .expires = std::min(expires, signed_in.session.expires)},
                         *key);
}

bool PortalSessions::IsSessionKey(std::string_view key_id) {
  return key_id.starts_with(kSessionKeyPrefix);
}

absl::StatusOr<std::optional<SignedIn>> PortalSessions::FindByKey(std::string_view key_id) {
  const auto id = crypto::Base64UrlDecode(key_id.substr(kSessionKeyPrefix.size()));
  if (!id.has_value()) return std::nullopt;
  return FindById(*id);
}

absl::StatusOr<std::optional<SignedIn>> PortalSessions::FindById(const std::string& id) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(std::optional<store::PortalSession> session, snapshot->FindSession(id));
  if (!session.has_value() || HasEnded(*session)) return std::nullopt;
  ZT_ASSIGN_OR_RETURN(std::optional<Principal> principal, PrincipalOf(*snapshot, *session));
  if (!principal.has_value()) return std::nullopt;
  return SignedIn{.session = *std::move(session), .principal = *std::move(principal), .csrf = {}};
}

absl::StatusOr<std::optional<Principal>> PortalSessions::PrincipalOf(
    store::Snapshot& snapshot, const store::PortalSession& session) const {
  Principal principal;
  principal.email = session.email;
  principal.is_person = true;
  if (session.is_account) {
    ZT_ASSIGN_OR_RETURN(const std::optional<store::ServiceAccount> account,
                        snapshot.FindAccount(session.email));
    if (!is_sandbox_ || !account.has_value() || account->disabled) return std::nullopt;
    principal.partner = account->partner;
    principal.customers = account->customers;
    principal.terms_pending = account->terms_pending;
    principal.quota_per_100s = account->quota_per_100s;
    principal.partner_role = UserRole::kOwner;
    principal.customer_roles.assign(account->customers.size(), UserRole::kOwner);
  } else {
    ZT_ASSIGN_OR_RETURN(const std::vector<store::User> users,
                        snapshot.FindUsers(session.email, session.groups));
    std::map<CustomerId, UserRole> customers;
    TakeRoles(users, principal, customers);
    for (const auto& [id, role] : customers) {
      ZT_ASSIGN_OR_RETURN(const std::optional<store::Customer> customer, snapshot.FindCustomer(id));
      if (!customer.has_value()) continue;
      principal.customers.push_back(id);
      principal.customer_roles.push_back(role);
      if (customer->terms != store::Terms::kAccepted) principal.terms_pending.push_back(id);
    }
  }
  principal.scopes = {.reseller = static_cast<bool>(principal.partner),
                      .customer = !principal.customers.empty()};
  if (principal.scopes.empty()) return std::nullopt;
  return principal;
}

}  // namespace zerotouch::auth
