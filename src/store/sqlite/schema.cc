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

constexpr size_t kHeaderBytes = 100;

absl::Status NoRegistry(const std::string& path) {
  return absl::FailedPreconditionError(
      fmt::format("{} is not a registry: it is another kind of file, or damaged; give another "
                  "path, or restore it from a backup",
                  path));
}

int64_t BigEndianAt(std::string_view bytes, size_t at) {
  uint32_t number = 0;
  for (const char byte : bytes.substr(at, 4)) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

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

absl::StatusOr<FileMarks> ReadMarks(Database& db, const std::string& path) {
  const absl::StatusOr<int64_t> tables = ReadInt(db, "SELECT count(*) FROM sqlite_schema");
  if (absl::IsDataLoss(tables.status())) return NoRegistry(path);
  ZT_RETURN_IF_ERROR(tables.status());
  FileMarks marks = {.is_empty = *tables == 0};
  ZT_ASSIGN_OR_RETURN(marks.application, ReadInt(db, "PRAGMA application_id"));
  ZT_ASSIGN_OR_RETURN(marks.version, ReadInt(db, "PRAGMA user_version"));
  return marks;
}

absl::StatusOr<FileMarks> MarksOfHeader(std::string_view header, const std::string& path) {
  constexpr size_t kVersionAt = 60;
  constexpr size_t kApplicationAt = 68;
  if (header.empty()) return FileMarks{.is_empty = true};
  if (header.size() < kHeaderBytes || !header.starts_with("SQLite format 3")) {
    return NoRegistry(path);
  }
  return FileMarks{.application = BigEndianAt(header, kApplicationAt),
                   .version = BigEndianAt(header, kVersionAt)};
}

absl::Status CheckMarks(const FileMarks& marks, const std::string& path) {
  if (!marks.is_empty && marks.application != kApplicationId) {
    return absl::FailedPreconditionError(fmt::format(
        "{} is not a registry but another program's database; give another path", path));
  }
  const auto newest = static_cast<int64_t>(Migrations().size());
  if (marks.version <= newest) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("{} has schema version {} and this program knows {}: it was used by a newer "
                  "zerotouchd; run that one",
                  path, marks.version, newest));
}

absl::StatusOr<SchemaState> CheckSchema(Database& db, const std::string& path) {
  ZT_ASSIGN_OR_RETURN(const FileMarks marks, ReadMarks(db, path));
  ZT_RETURN_IF_ERROR(CheckMarks(marks, path));
  return marks.version == static_cast<int64_t>(Migrations().size()) ? SchemaState::kCurrent
                                                                    : SchemaState::kNeedsMigration;
}

absl::Status Migrate(Database& db) {
  ZT_RETURN_IF_ERROR(db.Run("BEGIN IMMEDIATE"));
  absl::Status status = RunMigrations(db);
  if (status.ok()) status = db.Run("COMMIT");
  if (!status.ok() && db.InTransaction()) db.Run("ROLLBACK").IgnoreError();
  return status;
}

}  // namespace zerotouch::store::sqlite
