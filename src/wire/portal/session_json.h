// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_PORTAL_SESSION_JSON_H_
#define ZEROTOUCH_WIRE_PORTAL_SESSION_JSON_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "auth/portal_sessions.h"
#include "store/transaction.h"

// Renders what GET /portal/session answers.
namespace zerotouch::wire {

// Returns the session as its page sees it. `has_controls`: the server is a sandbox whose
// controls are on.
std::string SessionJson(std::string_view mode, const auth::SignedIn& signed_in, bool has_controls);

// Returns the accounts of a sandbox, and the persons among its users, one of which a visitor
// picks: the first limits::kSandboxAccounts of them.
absl::StatusOr<std::string> SandboxAccountsJson(store::Snapshot& snapshot);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_PORTAL_SESSION_JSON_H_
