// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_SCHEMA_H_
#define ZEROTOUCH_STORE_SQLITE_SCHEMA_H_

#include <span>
#include <string>

#include "absl/status/status.h"
#include "store/sqlite/database.h"

namespace zerotouch::store::sqlite {

// The migrations of src/store/migrations, in order: the one at [i] brings a
// file of version i to version i+1. Never change one that was released.
std::span<const char* const> Migrations();

// What has to be done to a file before it can be used.
enum class SchemaState { kCurrent, kNeedsMigration };

// FAILED_PRECONDITION, in words for an operator, if the file at `path` is of a
// newer version or is not a registry.
absl::StatusOr<SchemaState> CheckSchema(Database& db, const std::string& path);

// Brings the file to this version, in one transaction.
absl::Status Migrate(Database& db);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_SCHEMA_H_
