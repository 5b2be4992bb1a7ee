// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/transfer.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/errors.h"
#include "store/sqlite/database.h"
#include "store/sqlite/errors.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/schema.h"

namespace zerotouch::store::sqlite {
namespace {

using archive::Column;
using archive::ColumnType;
using archive::Row;
using archive::Table;
using archive::Value;

// A table whose statements are not derived from its columns. In SQLite operations
// are numbered across partners, and their chunks and results refer to the number.
struct Special {
  std::string_view table;
  const char* select;
  const char* insert;
};
constexpr Special kSpecial[] = {
    {.table = "meta",
     .select = "SELECT key, value FROM meta WHERE key = 'secret'",
     .insert = "INSERT INTO meta (key, value) VALUES (?, ?) "
               "ON CONFLICT (key) DO UPDATE SET value = excluded.value"},
    // A claim that was given up has only its reseller.
    {.table = "claims",
     .select = "SELECT c.device, c.section, iif(coalesce(g.restored, 1), held, 0), reseller, "
               "iif(coalesce(g.restored, 1), owner, 0), "
               "iif(coalesce(g.restored, 1), configuration, 0), "
               "iif(coalesce(g.restored, 1), simlock_profile, 0), "
               "iif(coalesce(g.restored, 1), workspace, ''), "
               "iif(coalesce(g.restored, 1), vacation_starts_us, NULL), "
               "iif(coalesce(g.restored, 1), vacation_expires_us, NULL), "
               "coalesce(g.entry, last_entry) "
               "FROM claims c LEFT JOIN given_up g "
               "ON g.device = c.device AND g.section = c.section ORDER BY c.device, c.section",
     .insert = "INSERT INTO claims (device, section, held, reseller, owner, configuration, "
               "simlock_profile, workspace, vacation_starts_us, vacation_expires_us, last_entry) "
               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, 0))"},
    {.table = "operations",
     .select = "SELECT partner, number, id, kind, items, items_done, succeeded, accepted_us, "
               "started_us, finished_us, cancelled, account, request_id, undoes FROM operations "
               "ORDER BY number",
     // Keeps the numbers if they grow, as in an archive of a SQLite registry.
     .insert = "INSERT INTO operations (partner, number, id, kind, items, items_done, succeeded, "
               "accepted_us, started_us, finished_us, cancelled, account, request_id, undoes, "
               "lease_token, "
               "lease_until_us) "
               "VALUES (?, max(?, (SELECT coalesce(max(number), 0) + 1 FROM operations)), "
               "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)"},
    {.table = "operation_chunks",
     .select = "SELECT o.id, c.number, c.request FROM operation_chunks c "
               "JOIN operations o ON o.number = c.operation ORDER BY c.operation, c.number",
     .insert = "INSERT INTO operation_chunks (operation, number, request) "
               "VALUES ((SELECT number FROM operations WHERE id = ?), ?, ?)"},
    {.table = "operation_results",
     .select = "SELECT o.id, r.first_item, r.results, r.log FROM operation_results r "
               "JOIN operations o ON o.number = r.operation ORDER BY r.operation, r.first_item",
     .insert = "INSERT INTO operation_results (operation, first_item, results, log) "
               "VALUES ((SELECT number FROM operations WHERE id = ?), ?, ?, coalesce(?, 0))"},
    {.table = "statements",
     .select = "SELECT device, reseller, identifier, metadata, last_entry FROM statements "
               "ORDER BY device, reseller",
     .insert = "INSERT INTO statements (device, reseller, identifier, metadata, last_entry) "
               "VALUES (?, ?, ?, ?, coalesce(?, 0))"},
    {.table = "log_heads",
     .select = "SELECT chain, height, last, hash FROM log_heads WHERE height > 0 ORDER BY chain",
     .insert = "INSERT INTO log_heads (chain, height, last, hash) VALUES (?, ?, ?, ?) "
               "ON CONFLICT (chain) DO UPDATE SET height = excluded.height, last = excluded.last, "
               "hash = excluded.hash"},
};

const char* TypeOf(ColumnType type) {
  switch (type) {
    case ColumnType::kInt:
    case ColumnType::kFlag:
      return "INTEGER";
    case ColumnType::kText:
      return "TEXT";
    case ColumnType::kBytes:
      return "BLOB";
  }
  return "";
}

// The statements of one table.
struct Statements {
  explicit Statements(const Table& table);
  std::string select, insert, count, any, create;
};

Statements::Statements(const Table& table) {
  std::string columns, typed, key, values;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const char* comma = i == 0 ? "" : ", ";
    columns += fmt::format("{}{}", comma, table.columns[i].name);
    typed += fmt::format("{}{} {} NOT NULL", comma, table.columns[i].name,
                         TypeOf(table.columns[i].type));
    values += fmt::format("{}?", comma);
    if (i < static_cast<size_t>(table.key_columns)) {
      key += fmt::format("{}{}", comma, table.columns[i].name);
    }
  }
  select = fmt::format("SELECT {} FROM {} ORDER BY {}", columns, table.name, key);
  insert = fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name, columns, values);
  count = fmt::format("SELECT count(*) FROM {}", table.name);
  any = fmt::format("SELECT EXISTS (SELECT 1 FROM {})", table.name);
  create = fmt::format("CREATE TABLE {} ({}, PRIMARY KEY ({})) STRICT", table.name, typed, key);
  for (const Special& special : kSpecial) {
    if (special.table != table.name) continue;
    select = special.select;
    insert = special.insert;
  }
}

// Never freed, because a database identifies a statement by its address.
const Statements& StatementsOf(const Table& table) {
  static const auto* const all = [] {
    auto* made = new std::vector<Statements>();
    for (const Table& each : archive::Tables()) made->emplace_back(each);
    return made;
  }();
  return (*all)[table.index()];
}

absl::Status ExportTable(Database& db, const Table& table, archive::RowSink& sink) {
  std::vector<Value> values(table.columns.size());
  Cursor cursor = db.Use(StatementsOf(table).select.c_str());
  while (cursor.Row()) {
    for (size_t i = 0; i < values.size(); ++i) {
      const auto column = static_cast<int>(i);
      const ColumnType type = table.columns[i].type;
      if (cursor.IsNullAt(column)) {
        values[i] = std::monostate();
      } else if (type == ColumnType::kInt || type == ColumnType::kFlag) {
        values[i] = cursor.IntAt(column);
      } else {
        values[i] = cursor.TextAt(column);
      }
    }
    ZT_RETURN_IF_ERROR(sink.Add({.table = &table, .values = values}));
  }
  return cursor.status();
}

absl::Status ExportAll(Database& db, archive::RowSink& sink) {
  int64_t rows = 0;
  for (const Table& table : archive::Tables()) {
    if (table.is_retired()) continue;
    ZT_ASSIGN_OR_RETURN(const int64_t more, ReadInt(db, StatementsOf(table).count.c_str()));
    rows += more;
  }
  ZT_RETURN_IF_ERROR(sink.Begin(rows));
  for (const Table& table : archive::Tables()) {
    if (!table.is_retired()) ZT_RETURN_IF_ERROR(ExportTable(db, table, sink));
  }
  return absl::OkStatus();
}

void BindValue(Cursor& cursor, const Column& column, const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    cursor.Int(*number);
  } else if (const auto* text = std::get_if<std::string_view>(&value)) {
    column.type == ColumnType::kText ? cursor.Text(*text) : cursor.Bytes(*text);
  } else {
    cursor.Null();
  }
}

absl::Status ImportRow(Database& db, const Row& row) {
  Cursor insert = db.Use(StatementsOf(*row.table).insert.c_str());
  for (size_t i = 0; i < row.values.size(); ++i) {
    BindValue(insert, row.table->columns[i], row.values[i]);
  }
  absl::Status status = insert.Run();
  if (status.ok() || absl::IsUnavailable(status)) return status;
  return RowFitsNoRegistry(row.table->name, status);
}

absl::Status CheckEmpty(Database& db, const std::string& path) {
  for (const Table& table : archive::Tables()) {
    if (table.is_made_with_registry() || table.is_retired()) continue;
    ZT_ASSIGN_OR_RETURN(const int64_t any, ReadInt(db, StatementsOf(table).any.c_str()));
    if (any == 0) continue;
    return absl::FailedPreconditionError(
        fmt::format("{} is not empty: it has {}; import into a new path", path, table.name));
  }
  return absl::OkStatus();
}

absl::Status CreateRetiredTables(Database& db) {
  for (const Table& table : archive::Tables()) {
    if (table.is_retired()) ZT_RETURN_IF_ERROR(db.Run(StatementsOf(table).create.c_str()));
  }
  return absl::OkStatus();
}

absl::Status ImportAll(Database& db, archive::RowSource& source) {
  bool has_retired = false;
  for (;;) {
    ZT_ASSIGN_OR_RETURN(const Row* row, source.Next());
    if (row == nullptr) break;
    if (row->table->is_retired() && !has_retired) {
      ZT_RETURN_IF_ERROR(CreateRetiredTables(db));
      has_retired = true;
    }
    ZT_RETURN_IF_ERROR(ImportRow(db, *row));
  }
  if (has_retired) ZT_RETURN_IF_ERROR(db.Run(Migrations()[kMoveRetired]));
  // Chains without entries are not in an archive, but every chain up to the last has a head.
  ZT_RETURN_IF_ERROR(
      db.Run("WITH RECURSIVE n (chain) AS (SELECT 1 UNION ALL SELECT chain + 1 FROM n "
             "WHERE chain < (SELECT max(chain) FROM log_heads)) "
             "INSERT OR IGNORE INTO log_heads SELECT chain, 0, 0, zeroblob(32) FROM n"));
  return fault::At("store.commit");
}

absl::StatusOr<FileView> BeginToRead(const std::string& path) {
  FileView view;
  ZT_ASSIGN_OR_RETURN(view.db, Database::Open(path, Access::kRead));
  ZT_RETURN_IF_ERROR(view.db->Run("PRAGMA query_only = ON"));
  ZT_RETURN_IF_ERROR(view.db->Run("BEGIN"));
  ZT_ASSIGN_OR_RETURN(view.schema, CheckSchema(*view.db, path));
  return view;
}

// No other process uses `db`.
absl::Status ImportInto(Database& db, const std::string& path, archive::RowSource& source) {
  ZT_ASSIGN_OR_RETURN(const SchemaState schema, CheckSchema(db, path));
  // With a rollback journal new pages are written directly to the file, not first
  // to a write-ahead log as large as the registry. After a crash, the next open
  // rolls the import back.
  ZT_RETURN_IF_ERROR(db.Run("PRAGMA journal_mode = DELETE"));
  ZT_RETURN_IF_ERROR(
      db.Run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384"));
  if (schema == SchemaState::kNeedsMigration) ZT_RETURN_IF_ERROR(Migrate(db));
  ZT_RETURN_IF_ERROR(CheckEmpty(db, path));
  ZT_RETURN_IF_ERROR(db.Run("BEGIN IMMEDIATE"));
  absl::Status status = ImportAll(db, source);
  if (status.ok()) status = db.Run("COMMIT");
  if (!status.ok() && db.InTransaction()) db.Run("ROLLBACK").IgnoreError();
  ZT_RETURN_IF_ERROR(status);
  return db.Run("PRAGMA journal_mode = WAL");
}

}  // namespace

absl::StatusOr<FileView> OpenToCopy(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(
        fmt::format("there is no registry at {}; use the path of a registry", path));
  }
  absl::StatusOr<FileView> view = BeginToRead(path);
  // Only a running or interrupted import has such a journal.
  if (absl::IsUnavailable(view.status()) && std::filesystem::exists(path + "-journal", error)) {
    return absl::FailedPreconditionError(
        fmt::format("an import into {} is running or was interrupted; wait for it, or import "
                    "again first",
                    path));
  }
  if (!view.ok()) return CannotUse(path, view.status());
  return view;
}

absl::Status ExportFile(const std::string& path, archive::RowSink& sink) {
  ZT_ASSIGN_OR_RETURN(const FileView view, OpenToCopy(path));
  if (view.schema == SchemaState::kNeedsMigration) {
    return absl::FailedPreconditionError(fmt::format(
        "{} was made by an older zerotouchd; start this zerotouchd on it once, then export", path));
  }
  ZT_RETURN_IF_ERROR(ExportAll(*view.db, sink));
  return view.db->Run("COMMIT");
}

absl::Status ImportFile(const std::string& path, archive::RowSource& source) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock, FileLock::Open(path));
  ZT_ASSIGN_OR_RETURN(const bool alone, lock->TryBecomeServer());
  if (!alone) return InUse(path);
  ZT_RETURN_IF_ERROR(CannotUse(path, lock->LockWriting(limits::kWriteWait)));
  absl::StatusOr<std::unique_ptr<Database>> db = Database::Open(lock->path(), Access::kWrite);
  return CannotUse(path, db.ok() ? ImportInto(**db, path, source) : db.status());
}

}  // namespace zerotouch::store::sqlite
