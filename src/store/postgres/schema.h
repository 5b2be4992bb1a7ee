// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_SCHEMA_H_
#define ZEROTOUCH_STORE_POSTGRES_SCHEMA_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/postgres/session.h"

namespace zerotouch::store::postgres {

// Returns the migrations in order; the first makes version 1. The build generates
// them from src/store/migrations/postgres_*.sql.
std::span<const char* const> Migrations();

// The migration that moves rows of the retired tables of archives (archive/tables.h) to
// those that took their place.
inline constexpr size_t kMoveRetired = 4;

// Makes the database a registry with this program's schema, or accepts a newer
// schema that this program can still use: during a rolling upgrade, old replicas
// continue beside new ones. If several processes come at once, one migrates and
// the others wait. Replicas wait behind a migration that waits for a table, so it
// is aborted after a few seconds, or at a deadlock with them, and retried.
// FAILED_PRECONDITION, in one line that says what to do, if the database holds
// something else or is too new.
absl::Status PrepareSchema(Session& db, std::span<const char* const> migrations = Migrations());

// Returns the version of the schema, 0 if the database is empty. FAILED_PRECONDITION as
// PrepareSchema. Changes nothing.
absl::StatusOr<int64_t> ReadUsableSchema(Session& db);

// Checks that the database is a registry with exactly this program's schema.
// NOT_FOUND if it is empty, FAILED_PRECONDITION if it has another schema.
absl::Status CheckSchema(Session& db);

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_SCHEMA_H_
