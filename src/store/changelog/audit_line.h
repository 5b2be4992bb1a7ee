// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_CHANGELOG_AUDIT_LINE_H_
#define ZEROTOUCH_STORE_CHANGELOG_AUDIT_LINE_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "store/changelog/entry.h"

namespace zerotouch::store::changelog {

// Returns the kind as in the API: RESELLER, CUSTOMER, OPERATOR or SYSTEM.
std::string_view NameOf(ActorKind kind);

// Returns the time as in the API (RFC 3339, UTC).
std::string TimeText(absl::Time time);

// Returns the entry at [i] of the part as one JSON object: sequence, time, actor, method,
// resource, operation, requestId, before, after and hash. What does not apply is left out.
// `hash` are the 32 bytes of the entry's block.
std::string AuditLine(const Part& part, size_t i, std::string_view hash);

}  // namespace zerotouch::store::changelog

#endif  // ZEROTOUCH_STORE_CHANGELOG_AUDIT_LINE_H_
