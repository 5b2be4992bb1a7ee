// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_SCHEMA_H_
#define ZEROTOUCH_STORE_SQLITE_SCHEMA_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
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

// The marks that tell a registry file from others, and its version.
struct FileMarks {
  bool is_empty = false;  // it has no table
  int64_t application = 0;
  int64_t version = 0;
};

// Returns the marks of the file that `db` has open.
absl::StatusOr<FileMarks> ReadMarks(Database& db, const std::string& path);

// Returns the marks in `header`, the first 100 bytes of a file without a write-ahead
// log, or all of a shorter one (sqlite.org/fileformat2.html, section 1.3).
absl::StatusOr<FileMarks> MarksOfHeader(std::string_view header, const std::string& path);

// FAILED_PRECONDITION as CheckSchema, for the marks of the file at `path`.
absl::Status CheckMarks(const FileMarks& marks, const std::string& path);

// Migrates the file to this version in one transaction.
absl::Status Migrate(Database& db);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_SCHEMA_H_
