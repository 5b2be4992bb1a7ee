// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schema.h"

#include <fmt/format.h>

#include "base/random.h"
#include "base/status_macros.h"
#include "store/sqlite/rows.h"

namespace zerotouch::store::sqlite {
namespace {

// Marks the file as a registry ("ZTRG"; sqlite.org/pragma.html#pragma_application_id).
constexpr int64_t kApplicationId = 0x5a545247;

absl::Status RunMigrations(Database& db) {
  ZT_ASSIGN_OR_RETURN(const int64_t version, ReadInt(db, "PRAGMA user_version"));
  const auto migrations = Migrations();
  for (size_t i = static_cast<size_t>(version); i < migrations.size(); ++i) {
    ZT_RETURN_IF_ERROR(db.Run(migrations[i]));
  }
  ZT_RETURN_IF_ERROR(db.Run(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str()));
  ZT_RETURN_IF_ERROR(db.Run(fmt::format("PRAGMA user_version = {}", migrations.size()).c_str()));
  const std::string secret = RandomBytes(32);
  return db.Use("INSERT INTO meta VALUES ('secret', ?) ON CONFLICT DO NOTHING").Bytes(secret).Run();
}

}  // namespace

absl::StatusOr<SchemaState> CheckSchema(Database& db, const std::string& path) {
  absl::StatusOr<int64_t> tables = ReadInt(db, "SELECT count(*) FROM sqlite_schema");
  if (absl::IsDataLoss(tables.status())) {
    return absl::FailedPreconditionError(
        fmt::format("{} is not a registry: it is another kind of file, or damaged; give another "
                    "path, or restore it from a backup",
                    path));
  }
  ZT_RETURN_IF_ERROR(tables.status());
  ZT_ASSIGN_OR_RETURN(const int64_t application, ReadInt(db, "PRAGMA application_id"));
  if (*tables > 0 && application != kApplicationId) {
    return absl::FailedPreconditionError(fmt::format(
        "{} is not a registry but another program's database; give another path", path));
  }
  ZT_ASSIGN_OR_RETURN(const int64_t version, ReadInt(db, "PRAGMA user_version"));
  const auto newest = static_cast<int64_t>(Migrations().size());
  if (version > newest) {
    return absl::FailedPreconditionError(
        fmt::format("{} has schema version {} and this program knows {}: it was used by a newer "
                    "zerotouchd; run that one",
                    path, version, newest));
  }
  return version == newest ? SchemaState::kCurrent : SchemaState::kNeedsMigration;
}

absl::Status Migrate(Database& db) {
  ZT_RETURN_IF_ERROR(db.Run("BEGIN IMMEDIATE"));
  absl::Status status = RunMigrations(db);
  if (status.ok()) status = db.Run("COMMIT");
  if (!status.ok() && db.InTransaction()) db.Run("ROLLBACK").IgnoreError();
  return status;
}

}  // namespace zerotouch::store::sqlite
