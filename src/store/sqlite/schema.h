// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_SCHEMA_H_
#define ZEROTOUCH_STORE_SQLITE_SCHEMA_H_

#include <cstddef>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "store/sqlite/database.h"

namespace zerotouch::store::sqlite {

// Returns the migrations of src/store/migrations in order: the one at [i] migrates
// a file from version i to i+1. Never change a migration that was released.
std::span<const char* const> Migrations();

// The migration that moves rows of the retired tables of archives (archive/tables.h) to
// those that took their place.
inline constexpr size_t kMoveRetired = 5;

// The state of a file before it is used.
enum class SchemaState { kCurrent, kNeedsMigration };

// Returns the state of the file at `path`. FAILED_PRECONDITION, with what to do, if
// it has a newer version or is not a registry.
absl::StatusOr<SchemaState> CheckSchema(Database& db, const std::string& path);

// Migrates the file to this version in one transaction.
absl::Status Migrate(Database& db);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_SCHEMA_H_
