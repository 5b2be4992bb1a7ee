// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/errors.h"
#include "store/postgres/errors.h"
#include "store/postgres/schema.h"
#include "store/postgres/session.h"

namespace zerotouch::store::postgres {
namespace {

using archive::ColumnType;
using archive::Row;
using archive::Table;
using archive::Value;

// The other side may be slow, and a statement may take long.
constexpr char kTransferSettings[] =
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";
constexpr absl::Duration kTransferTimeout = absl::Hours(1);

// How many rows are read at once: few until the rows are known to be small.
constexpr int kRowsAtFirst = 10;
constexpr int kRowsAtOnce = 1'000;
// How many bytes are written at once, approximately.
constexpr size_t kBytesAtOnce = size_t{1} << 20;

// A column that is not exported as it is: the expressions that replace it in the
// SELECT and the INSERT, whose parameters are arrays named like their columns.
struct Special {
  std::string_view table;
  std::string_view column;
  const char* select;
  const char* insert;
};
// In PostgreSQL, NULL means "none". Arrays of texts are sent without NULL.
constexpr Special kSpecial[] = {
    // A claim that was given up has only its reseller.
    {"claims", "owner", "CASE WHEN held THEN coalesce(owner, 0) ELSE 0 END", "nullif(owner, 0)"},
    {"claims", "configuration", "CASE WHEN held THEN coalesce(configuration, 0) ELSE 0 END",
     "nullif(configuration, 0)"},
    {"claims", "simlock_profile", "CASE WHEN held THEN coalesce(simlock_profile, 0) ELSE 0 END",
     "nullif(simlock_profile, 0)"},
    {"claims", "workspace", "CASE WHEN held THEN workspace ELSE '' END", "workspace"},
    {"claims", "vacation_starts_us", "CASE WHEN held THEN vacation_starts_us END",
     "vacation_starts_us"},
    {"claims", "vacation_expires_us", "CASE WHEN held THEN vacation_expires_us END",
     "vacation_expires_us"},
    {"dpcs", "component", "component", "nullif(component, '')"},
    {"dpcs", "download_location", "download_location", "nullif(download_location, '')"},
    {"dpcs", "signature_checksum", "signature_checksum", "nullif(signature_checksum, '')"},
    {"operations", "account", "account", "nullif(account, '')"},
    {"operations", "request_id", "request_id", "nullif(request_id, '')"},
    {"claims", "last_entry", "last_entry", "coalesce(last_entry, 0)"},
    {"operation_results", "log", "log", "coalesce(log, 0)"},
    {"statements", "last_entry", "last_entry", "coalesce(last_entry, 0)"},
    {"modem_keys", "others", "others", "nullif(others, '')"},
    {"serial_keys", "others", "others", "nullif(others, '')"},
};

const char* TypeOf(ColumnType type) {
  switch (type) {
    case ColumnType::kInt:
      return "bigint";
    case ColumnType::kFlag:
      return "boolean";
    case ColumnType::kText:
      return "text";
    case ColumnType::kBytes:
      return "bytea";
  }
  return "";
}

// Returns the condition of the rows that are exported; empty: all.
std::string_view RowsOfArchive(std::string_view table) {
  if (table == "meta") return " WHERE key = 'secret'";
  if (table == "log_heads") return " WHERE height > 0";
  return "";
}

// Returns the end of the INSERT for a table of which an empty registry has rows already.
std::string_view OnConflict(std::string_view table) {
  if (table == "meta") return " ON CONFLICT (key) DO UPDATE SET value = excluded.value";
  if (table == "log_heads") {
    return " ON CONFLICT (chain) DO UPDATE SET height = excluded.height, last = excluded.last, "
           "hash = excluded.hash";
  }
  return "";
}

// The statements of one table.
struct Statements {
  explicit Statements(const Table& table);
  std::string declare, fetch_some, fetch_many, close, insert, any, create;
};

Statements::Statements(const Table& table) {
  std::string names, typed, selected, inserted, arrays, key;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const archive::Column& column = table.columns[i];
    const char* comma = i == 0 ? "" : ", ";
    const auto* special =
        std::find_if(std::begin(kSpecial), std::end(kSpecial), [&](const Special& each) {
          return each.table == table.name && each.column == column.name;
        });
    const bool is_special = special != std::end(kSpecial);
    names += fmt::format("{}{}", comma, column.name);
    typed += fmt::format("{}{} {} NOT NULL", comma, column.name, TypeOf(column.type));
    selected += fmt::format("{}{}", comma, is_special ? special->select : column.name);
    inserted += fmt::format("{}{}", comma, is_special ? special->insert : column.name);
    arrays += fmt::format("{}${}::{}[]", comma, i + 1, TypeOf(column.type));
    if (i < static_cast<size_t>(table.key_columns)) key += fmt::format("{}{}", comma, column.name);
  }
  declare = fmt::format("DECLARE rows_{0} NO SCROLL CURSOR FOR SELECT {1} FROM {0}{2} ORDER BY {3}",
                        table.name, selected, RowsOfArchive(table.name), key);
  fetch_some = fmt::format("FETCH {} FROM rows_{}", kRowsAtFirst, table.name);
  fetch_many = fmt::format("FETCH {} FROM rows_{}", kRowsAtOnce, table.name);
  close = fmt::format("CLOSE rows_{}", table.name);
  insert = fmt::format("INSERT INTO {} ({}) SELECT {} FROM unnest({}) AS given ({}){}", table.name,
                       names, inserted, arrays, names, OnConflict(table.name));
  any = fmt::format("SELECT EXISTS (SELECT 1 FROM {})", table.name);
  create = fmt::format("CREATE TABLE {} ({}, PRIMARY KEY ({}))", table.name, typed, key);
}

const Statements& StatementsOf(const Table& table) {
  static const auto* const all = [] {
    auto* made = new std::vector<Statements>();
    for (const Table& each : archive::Tables()) made->emplace_back(each);
    return made;
  }();
  return (*all)[table.index()];
}

bool IsNumber(ColumnType type) { return type == ColumnType::kInt || type == ColumnType::kFlag; }

absl::StatusOr<std::unique_ptr<Session>> Connect(const std::string& url) {
  absl::StatusOr<std::unique_ptr<Session>> db = Session::Open(url);
  if (!db.ok()) return CannotReach(db.status());
  ZT_RETURN_IF_ERROR((*db)->RunScript(kTransferSettings));
  (*db)->SetTimeout(kTransferTimeout);
  return db;
}

// Writes the rows to the sink, and returns how many bytes they had.
absl::StatusOr<size_t> WriteRows(const Table& table, const Rows& rows, archive::RowSink& sink) {
  size_t bytes = 0;
  std::vector<Value> values(table.columns.size());
  for (int i = 0; i < rows.size(); ++i) {
    for (size_t c = 0; c < values.size(); ++c) {
      const auto column = static_cast<int>(c);
      if (rows.IsNullAt(i, column)) {
        values[c] = std::monostate();
      } else if (IsNumber(table.columns[c].type)) {
        values[c] = rows.IntAt(i, column);
      } else {
        values[c] = rows.BytesAt(i, column);
        bytes += rows.BytesAt(i, column).size();
      }
    }
    ZT_RETURN_IF_ERROR(sink.Add({.table = &table, .values = values}));
  }
  return bytes;
}

absl::Status ExportTable(Session& db, const Table& table, archive::RowSink& sink) {
  const Statements& statements = StatementsOf(table);
  ZT_RETURN_IF_ERROR(db.Run(Query(statements.declare.c_str())).status());
  bool are_small = false;
  for (;;) {
    ZT_ASSIGN_OR_RETURN(
        const Rows rows,
        db.Run(Query((are_small ? statements.fetch_many : statements.fetch_some).c_str())));
    if (rows.size() == 0) break;
    ZT_ASSIGN_OR_RETURN(const size_t bytes, WriteRows(table, rows, sink));
    are_small = bytes / static_cast<size_t>(rows.size()) < kBytesAtOnce / kRowsAtOnce;
  }
  return db.Run(Query(statements.close.c_str())).status();
}

absl::Status ExportAll(Session& db, archive::RowSink& sink) {
  // Uses the server's estimate: counting would read every table once more.
  ZT_ASSIGN_OR_RETURN(const Rows guess,
                      db.Run(Query("SELECT coalesce(sum(reltuples), 0)::bigint FROM pg_class "
                                   "WHERE relkind = 'r' AND reltuples > 0 "
                                   "AND relnamespace = current_schema()::regnamespace")));
  ZT_RETURN_IF_ERROR(sink.Begin(ReadInt(guess)));
  for (const Table& table : archive::Tables()) {
    if (!table.is_retired()) ZT_RETURN_IF_ERROR(ExportTable(db, table, sink));
  }
  return absl::OkStatus();
}

// Rows of one table that are written together.
class RowBuffer {
 public:
  // Returns false if the rows must be written before this one is added.
  bool Takes(const Row& row) const {
    return rows_ == 0 || (row.table == table_ && rows_ < kRowsAtOnce && bytes_ < kBytesAtOnce);
  }
  void Add(const Row& row) {
    if (rows_ == 0) columns_.assign(row.values.size(), {});
    table_ = row.table;
    ++rows_;
    for (size_t i = 0; i < row.values.size(); ++i) {
      Column& column = columns_[i];
      const Value& value = row.values[i];
      if (const auto* text = std::get_if<std::string_view>(&value)) {
        column.texts.emplace_back(*text);
        bytes_ += text->size();
      } else if (const auto* number = std::get_if<int64_t>(&value)) {
        column.numbers.emplace_back(*number);
      } else if (IsNumber(row.table->columns[i].type)) {
        column.numbers.emplace_back(std::nullopt);
      } else {
        column.texts.emplace_back();
      }
    }
  }
  // Writes the rows and clears the buffer.
  absl::Status Write(Session& db) {
    if (rows_ == 0) return absl::OkStatus();
    Query query(StatementsOf(*table_).insert.c_str());
    for (size_t i = 0; i < columns_.size(); ++i) AddParameter(*table_, i, query);
    rows_ = 0;
    bytes_ = 0;
    absl::Status status = db.Run(query).status();
    if (status.ok() || absl::IsUnavailable(status) || absl::IsAborted(status)) return status;
    return RowFitsNoRegistry(table_->name, status);
  }

 private:
  struct Column {
    std::vector<std::optional<int64_t>> numbers;
    std::vector<std::string> texts;
  };

  void AddParameter(const Table& table, size_t i, Query& query) const {
    const Column& column = columns_[i];
    switch (table.columns[i].type) {
      case ColumnType::kInt:
        query.OptionalInts(column.numbers);
        break;
      case ColumnType::kFlag: {
        std::vector<bool> flags;
        for (const std::optional<int64_t>& number : column.numbers) flags.push_back(*number != 0);
        query.Bools(flags);
        break;
      }
      case ColumnType::kText:
        query.Texts(std::vector<std::string_view>(column.texts.begin(), column.texts.end()));
        break;
      case ColumnType::kBytes:
        query.Blobs(column.texts);
        break;
    }
  }

  const Table* table_ = nullptr;
  int rows_ = 0;
  size_t bytes_ = 0;
  std::vector<Column> columns_;
};

absl::Status CheckEmpty(Session& db) {
  // Serializes concurrent imports.
  ZT_RETURN_IF_ERROR(db.Run(Query("SELECT schema FROM registry_version FOR UPDATE")).status());
  for (const Table& table : archive::Tables()) {
    if (table.is_made_with_registry() || table.is_retired()) continue;
    ZT_ASSIGN_OR_RETURN(const Rows any, db.Run(Query(StatementsOf(table).any.c_str())));
    if (ReadInt(any) == 0) continue;
    return absl::FailedPreconditionError(
        fmt::format("the database is not empty: it has {}; import into an empty one", table.name));
  }
  return absl::OkStatus();
}

absl::Status CreateRetiredTables(Session& db) {
  for (const Table& table : archive::Tables()) {
    if (table.is_retired()) {
      ZT_RETURN_IF_ERROR(db.Run(Query(StatementsOf(table).create.c_str())).status());
    }
  }
  return absl::OkStatus();
}

absl::Status ImportAll(Session& db, archive::RowSource& source) {
  ZT_RETURN_IF_ERROR(CheckEmpty(db));
  RowBuffer buffer;
  bool has_retired = false;
  for (;;) {
    ZT_ASSIGN_OR_RETURN(const Row* row, source.Next());
    if (row == nullptr) break;
    if (row->table->is_retired() && !has_retired) {
      ZT_RETURN_IF_ERROR(CreateRetiredTables(db));
      has_retired = true;
    }
    if (!buffer.Takes(*row)) ZT_RETURN_IF_ERROR(buffer.Write(db));
    buffer.Add(*row);
  }
  ZT_RETURN_IF_ERROR(buffer.Write(db));
  if (has_retired) ZT_RETURN_IF_ERROR(db.RunScript(Migrations()[kMoveRetired]));
  ZT_RETURN_IF_ERROR(db.Run(Query("UPDATE partners p SET last_number = coalesce((SELECT "
                                  "max(number) FROM operations o WHERE o.partner = p.id), 0)"))
                         .status());
  // New sequences are above those of the log.
  ZT_RETURN_IF_ERROR(
      db.Run(Query("SELECT setval('log_sequences', max(last)) FROM log_heads HAVING max(last) > 0"))
          .status());
  ZT_RETURN_IF_ERROR(db.Run(Query("SELECT setval('webhook_numbers', max(number)) "
                                  "FROM webhook_deliveries HAVING max(number) > 0"))
                         .status());
  return fault::At("store.commit");
}

}  // namespace

absl::Status ExportDatabase(const std::string& url, archive::RowSink& sink) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> db, Connect(url));
  ZT_RETURN_IF_ERROR(CheckSchema(*db));
  db->Begin("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  absl::Status status = ExportAll(*db, sink);
  db->Rollback().IgnoreError();  // nothing was written
  return status;
}

absl::Status ImportDatabase(const std::string& url, archive::RowSource& source) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> db, Connect(url));
  ZT_RETURN_IF_ERROR(PrepareSchema(*db));
  ZT_RETURN_IF_ERROR(CheckSchema(*db));
  db->Begin("BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE");
  absl::Status status = ImportAll(*db, source);
  if (!status.ok()) {
    db->Rollback().IgnoreError();
    return status;
  }
  ZT_RETURN_IF_ERROR(db->Commit());
  // Gives the query planner statistics of the new rows.
  db->RunScript("ANALYZE").IgnoreError();
  return absl::OkStatus();
}

}  // namespace zerotouch::store::postgres
