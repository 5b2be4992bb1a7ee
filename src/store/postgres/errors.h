// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_ERRORS_H_
#define ZEROTOUCH_STORE_POSTGRES_ERRORS_H_

#include "absl/status/status.h"

// Errors about a database: one line that says what to do.
namespace zerotouch::store::postgres {

// Returns FAILED_PRECONDITION for a database that cannot be opened because of
// `status`.
absl::Status CannotReach(const absl::Status& status);

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_ERRORS_H_
