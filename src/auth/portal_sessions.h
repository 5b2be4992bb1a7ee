// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_PORTAL_SESSIONS_H_
#define ZEROTOUCH_AUTH_PORTAL_SESSIONS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/account_cache.h"
#include "auth/principal.h"
#include "base/clock.h"
#include "store/store.h"

namespace zerotouch::auth {

// Somebody who has proved who they are.
struct Visitor {
  std::string email;  // lower case, unless of a service account
  std::string name;   // empty: not known
  std::vector<std::string> groups;
  bool is_account = false;  // a service account of a sandbox, which signs in without a proof
};

// A session, and for whom it acts now.
struct SignedIn {
  store::PortalSession session;
  Principal principal;  // with the scopes of its companies
  std::string csrf;     // which a page must send with each change

  // Returns when the session ends without further use.
  absl::Time EndTime() const;
};

// The sessions of the portal. They are rows of the store, so all replicas have them, and each
// ends on all of them at once: when its person signs out or has no role left, after
// limits::kSessionLifetime, and when it was not used for limits::kSessionIdleTime. A session is
// named by a secret, which only its cookie has: the store has a digest of it. Thread-safe.
class PortalSessions {
 public:
  // A sandbox also lets its service accounts sign in. All must outlive it.
  PortalSessions(store::Store& store, AccountCache& accounts, const Clock& clock, bool sandbox)
      : store_(store), accounts_(accounts), clock_(clock), is_sandbox_(sandbox) {}

  bool is_sandbox() const { return is_sandbox_; }

  // Begins a session and returns its secret. PERMISSION_DENIED if no company gave the visitor a
  // role; errors::TooBusy past limits::kSessions.
  absl::StatusOr<std::string> Begin(const Visitor& visitor);

  // Returns the session, and notes that it is used; nullopt if it has ended.
  absl::StatusOr<std::optional<SignedIn>> Find(std::string_view secret);

  // Ends the session, if there is one. Its access tokens stop working immediately.
  absl::Status End(std::string_view secret);

  // Returns an access token of the session for limits::kPortalTokenLifetime, with the scopes of
  // its companies.
  absl::StatusOr<std::string> MintToken(const SignedIn& signed_in);

  // Returns true if the key of an access token is a session.
  static bool IsSessionKey(std::string_view key_id);

  // Returns the session of an access token's key, or nullopt if it has ended.
  absl::StatusOr<std::optional<SignedIn>> FindByKey(std::string_view key_id);

 private:
  absl::StatusOr<std::optional<SignedIn>> FindById(const std::string& id);
  // Returns for whom the session acts, or nullopt if it acts for nobody.
  absl::StatusOr<std::optional<Principal>> PrincipalOf(store::Snapshot& snapshot,
                                                       const store::PortalSession& session) const;
  bool HasEnded(const store::PortalSession& session) const;

  store::Store& store_;
  AccountCache& accounts_;
  const Clock& clock_;
  const bool is_sandbox_;
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_PORTAL_SESSIONS_H_
