// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_CALLER_H_
#define ZEROTOUCH_WIRE_CALLER_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/authenticator.h"
#include "auth/principal.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/status_macros.h"

namespace zerotouch::wire {

// Authenticates a request once, although it is needed before its body is read and
// again when the call is made, and counts it against the account's quota once. Not
// thread-safe.
class Caller {
 public:
  // Authenticates with the Authorization header or the access_token parameter. Returns the
  // same as before if that was recent: an account that is disabled while a slow body arrives
  // is refused. Returns the error of Authenticator::Authenticate or CountCall.
  absl::Status Authenticate(const auth::Authenticator& authenticator, const Clock& clock,
                            std::string_view header, std::string_view query) {
    ZT_RETURN_IF_ERROR(CheckToken(authenticator, clock, header, query));
    if (!counted_.has_value()) Count(authenticator.CountCall(*principal_));
    return *counted_;
  }

  // The same, but does not wait for the quota: returns false if Authenticate, which must be
  // called anyway, has to.
  bool TryAuthenticate(const auth::Authenticator& authenticator, const Clock& clock,
                       std::string_view header, std::string_view query) {
    const bool is_known = CheckToken(authenticator, clock, header, query).ok();
    if (!is_known || counted_.has_value()) return true;
    std::optional<absl::Status> counted = authenticator.TryCountCall(*principal_);
    if (counted.has_value()) Count(*std::move(counted));
    return counted_.has_value();
  }

  // Returns the caller: nobody, who has no rights, if not authenticated.
  const auth::Principal& principal() const {
    static const auth::Principal& nobody = *new auth::Principal();
    return principal_.has_value() ? *principal_ : nobody;
  }

  // Returns the account's e-mail address, also if its call was refused by a quota; an empty
  // text if it was never authenticated.
  std::string_view email() const { return email_; }

  // Notes who sent the request, if it has other credentials.
  void SetEmail(std::string email) { email_ = std::move(email); }

 private:
  absl::Status CheckToken(const auth::Authenticator& authenticator, const Clock& clock,
                          std::string_view header, std::string_view query) {
    const absl::Time now = clock.Now();
    if (now - since_ < limits::kReadTimeout) return known_;
    since_ = absl::InfinitePast();  // if an exception ends this
    absl::StatusOr<auth::Principal> principal = authenticator.Authenticate(header, query);
    known_ = principal.status();
    principal_.reset();
    if (principal.ok()) {
      principal_ = *std::move(principal);
      email_ = principal_->email;
      if (counted_.has_value()) Count(*std::move(counted_));
    }
    since_ = now;
    return known_;
  }
  // Keeps the answer of the quota. A caller that it refuses has no rights.
  void Count(absl::Status counted) {
    if (!counted.ok()) principal_.reset();
    counted_ = std::move(counted);
  }

  std::optional<auth::Principal> principal_;
  std::string email_;
  absl::Status known_;                       // the answer of the authenticator
  absl::Time since_ = absl::InfinitePast();  // of that answer
  std::optional<absl::Status> counted_;      // the answer of the quota, which is asked once
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_CALLER_H_
