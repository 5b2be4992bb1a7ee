// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_SCHEMA_H_
#define ZEROTOUCH_STORE_POSTGRES_SCHEMA_H_

#include <span>

#include "absl/status/status.h"
#include "store/postgres/session.h"

namespace zerotouch::store::postgres {

// The migrations, in order: the first makes version 1. Made at build time from
// src/store/migrations/postgres_*.sql.
std::span<const char* const> Migrations();

// Makes the database a registry of this program's schema, or of a newer one
// that this program can still work with: while replicas are upgraded one after
// the other, the old ones go on beside the new. Of several that come at once
// one migrates and the others wait. While a migration waits for a table that
// replicas use, they wait behind it: it is taken back after a few seconds, or at a
// deadlock with them, and tried again. FAILED_PRECONDITION, in one line that says what to do, where
// it holds something else or is too new.
absl::Status PrepareSchema(Session& db, std::span<const char* const> migrations = Migrations());

// That the database is a registry of just this program's schema; makes nothing.
// NOT_FOUND if there is none, FAILED_PRECONDITION if it is another's.
absl::Status CheckSchema(Session& db);

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_SCHEMA_H_
