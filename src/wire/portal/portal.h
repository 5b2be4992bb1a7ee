// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_PORTAL_PORTAL_H_
#define ZEROTOUCH_WIRE_PORTAL_PORTAL_H_

#include <atomic>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "auth/oidc.h"
#include "auth/portal_sessions.h"
#include "base/mutex.h"
#include "http/http.h"
#include "store/store.h"
#include "wire/control_guard.h"
#include "wire/methods.h"
#include "wire/portal/assets.h"
#include "wire/portal/cookies.h"

namespace zerotouch::wire {

// Answers what is below /portal/: the files of the page, its session, and its sign-in. The page
// itself calls the API with an access token like everybody else. Thread-safe.
class Portal {
 public:
  // All must outlive it.
  Portal(store::Store& store, auth::PortalSessions& sessions, const ControlGuard& guard,
         std::span<const EmbeddedFile> files, bool has_controls)
      : store_(store),
        sessions_(sessions),
        guard_(guard),
        assets_(files),
        has_controls_(has_controls) {}

  // Lets people sign in at a provider; without one nobody can sign in to a server that is no
  // sandbox. Call it before the first request; `oidc` must outlive this.
  void SetOidc(auth::OidcClient& oidc) { oidc_ = &oidc; }

  // Sets the URL under which clients reach this server, without a slash at the end.
  void SetRootUrl(std::string_view url);

  // Returns true if the path, as received, is the portal's.
  static bool Owns(std::string_view path);

  // Returns where a request of the portal runs.
  static MethodKind KindOf(std::string_view path);

  // Answers a request for a path that the portal owns. Returns one of errors/errors.h.
  absl::StatusOr<http::Response> Answer(const http::Request& request, std::string_view path,
                                        std::string_view query);

  // Adds the fields that every answer of the portal has, errors too.
  static void AddPolicies(http::Headers& headers);

 private:
  CookieRules rules() const { return {.is_secure = is_secure_}; }
  std::string_view SecretOf(const http::Request& request) const;

  absl::StatusOr<http::Response> AnswerSession(const http::Request& request);
  absl::StatusOr<http::Response> ShowSession(const http::Request& request);
  absl::StatusOr<http::Response> SignIn(const http::Request& request);
  absl::StatusOr<http::Response> SignOut(const http::Request& request);
  absl::StatusOr<http::Response> StartSignIn(std::string_view query);
  absl::StatusOr<http::Response> FinishSignIn(const http::Request& request, std::string_view query);
  absl::StatusOr<http::Response> Token(const http::Request& request);

  // Returns the session of a request that changes something, after it has proved that it comes
  // from our own page.
  absl::StatusOr<auth::SignedIn> CheckPage(const http::Request& request);
  // Checks that a sign-in, which has no session yet, comes from our own page.
  static absl::Status CheckOrigin(const http::Request& request);
  std::string RootUrl() const;
  std::string_view ModeName() const { return sessions_.is_sandbox() ? "SANDBOX" : "OIDC"; }

  store::Store& store_;
  auth::PortalSessions& sessions_;
  const ControlGuard& guard_;
  const PortalAssets assets_;
  const bool has_controls_;
  auth::OidcClient* oidc_ = nullptr;
  std::atomic<bool> is_secure_ = false;
  std::atomic<int> sign_ins_ = 0;  // that wait for the provider
  mutable Mutex mutex_;
  std::string root_url_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_PORTAL_PORTAL_H_
