// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_CALLER_H_
#define ZEROTOUCH_WIRE_CALLER_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
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
    const absl::Time now = clock.Now();
    if (now - since_ < limits::kReadTimeout) return status_;
    since_ = now;
    status_ = AuthenticateNow(authenticator, header, query);
    return status_;
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
  absl::Status AuthenticateNow(const auth::Authenticator& authenticator, std::string_view header,
                               std::string_view query) {
    principal_.reset();
    ZT_ASSIGN_OR_RETURN(principal_, authenticator.Authenticate(header, query));
    email_ = principal_->email;
    if (std::exchange(is_counted_, true)) return absl::OkStatus();
    absl::Status counted = authenticator.CountCall(*principal_);
    if (!counted.ok()) principal_.reset();
    return counted;
  }

  std::optional<auth::Principal> principal_;
  std::string email_;
  absl::Status status_;
  absl::Time since_ = absl::InfinitePast();  // of the status
  bool is_counted_ = false;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_CALLER_H_
