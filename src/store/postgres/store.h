// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_STORE_H_
#define ZEROTOUCH_STORE_POSTGRES_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "store/inspection.h"
#include "store/store.h"

namespace zerotouch::store::postgres {

// Opens the registry in the database of a postgresql:// URL, as store::Open. Any
// number of processes may have it open. libpq interprets the URL's parameters for
// TLS, timeouts and several hosts (PostgreSQL, "Connection Strings").
absl::StatusOr<std::unique_ptr<Store>> OpenDatabase(const std::string& url, const Clock& clock);

// Looks at the registry in the database, as store::Inspect says.
absl::StatusOr<Inspection> InspectDatabase(const std::string& url, const Clock& clock);

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_STORE_H_
