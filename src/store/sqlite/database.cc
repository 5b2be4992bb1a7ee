// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/status_macros.h"
#include "store/sqlite/row_list.h"

namespace zerotouch::store::sqlite {

absl::Status StatusOfCode(int code, std::string_view text) {
  const std::string message = fmt::format("SQLite: {}", text);
  switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
      return absl::OkStatus();
    case SQLITE_CONSTRAINT:
      return code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE ||
                     code == SQLITE_CONSTRAINT_ROWID
                 ? absl::AlreadyExistsError(message)
                 : absl::FailedPreconditionError(message);
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
      return absl::UnavailableError(message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(message);
    default:
      return absl::InternalError(message);
  }
}

Cursor::~Cursor() { Reset(); }

void Cursor::Check(int code) {
  if (code != SQLITE_OK && status_.ok()) {
    status_ = StatusOfCode(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_));
  }
}

Cursor& Cursor::Int(int64_t value) {
  if (statement_ != nullptr) Check(sqlite3_bind_int64(statement_, ++bound_, value));
  return *this;
}

Cursor& Cursor::Text(std::string_view value) {
  // A null pointer would bind NULL, so an empty view is given an address.
  const char* data = value.empty() ? "" : value.data();
  if (statement_ != nullptr) {
    Check(
        sqlite3_bind_text64(statement_, ++bound_, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  return *this;
}

Cursor& Cursor::Bytes(std::string_view value) {
  const char* data = value.empty() ? "" : value.data();
  if (statement_ != nullptr) {
    Check(sqlite3_bind_blob64(statement_, ++bound_, data, value.size(), SQLITE_STATIC));
  }
  return *this;
}

Cursor& Cursor::Time(const std::optional<absl::Time>& value) {
  return value.has_value() ? Time(*value) : Null();
}

Cursor& Cursor::OptionalInt(std::optional<int64_t> value) {
  return value.has_value() ? Int(*value) : Null();
}

Cursor& Cursor::Null() {
  if (statement_ != nullptr) Check(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

Cursor& Cursor::List(const RowList& rows) {
  if (statement_ != nullptr) {
    Check(sqlite3_bind_pointer(statement_, ++bound_, const_cast<RowList*>(&rows), kRowListPointer,
                               nullptr));
  }
  return *this;
}

bool Cursor::Row() {
  if (!status_.ok()) return false;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    status_ = StatusOfCode(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_));
  }
  return false;
}

absl::Status Cursor::Run() {
  while (Row()) {
  }
  return status_;
}

void Cursor::Reset() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
  bound_ = 0;
}

int64_t Cursor::IntAt(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Cursor::TextAt(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int bytes = sqlite3_column_bytes(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<size_t>(bytes)};
}

bool Cursor::IsNullAt(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path, Access access) {
  // SQLite's count of its memory, which nothing reads, locks a mutex of the process at
  // each allocation. Fails without harm if another part of the process uses SQLite.
  [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  const int mode =
      access == Access::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &db, mode | SQLITE_OPEN_NOMUTEX, nullptr);
  auto database = std::unique_ptr<Database>(new Database(db));
  if (code != SQLITE_OK) {
    return StatusOfCode(code, db == nullptr ? "out of memory" : sqlite3_errmsg(db));
  }
  sqlite3_extended_result_codes(db, 1);
  // Set before anything else: a second connection must wait, not fail, while the
  // first sets the journal up.
  sqlite3_busy_timeout(db, 10'000);
  // Only the writer, under its lock, may checkpoint: versions up to 3.51.2 can
  // corrupt the log when one connection closes while another writes
  // (sqlite.org/wal.html, "The WAL-Reset Bug").
  sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  ZT_RETURN_IF_ERROR(AddRowLists(db));
  return database;
}

Database::~Database() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(db_);
}

absl::Status Database::Run(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return absl::OkStatus();
  return StatusOfCode(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_));
}

Cursor Database::Use(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  absl::Status status;
  if (statement == nullptr) {
    const int code =
        sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) {
      status = StatusOfCode(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_));
    }
  }
  return Cursor(db_, statement, std::move(status));
}

int64_t Database::Changes() const { return sqlite3_changes64(db_); }

absl::Status Database::CopyTo(
    Database& target, const std::function<absl::Status(int64_t done, int64_t total)>& progress) {
  constexpr int kPagesAtOnce = 1'024;  // 4 MiB
  sqlite3_backup* copy = sqlite3_backup_init(target.db_, "main", db_, "main");
  absl::Status status;
  int code = copy == nullptr ? sqlite3_extended_errcode(target.db_) : SQLITE_OK;
  while (code == SQLITE_OK && status.ok()) {
    code = sqlite3_backup_step(copy, kPagesAtOnce);
    const int total = sqlite3_backup_pagecount(copy);
    status = progress(total - sqlite3_backup_remaining(copy), total);
  }
  sqlite3_backup_finish(copy);
  if (code != SQLITE_OK && code != SQLITE_DONE) return StatusOfCode(code, sqlite3_errstr(code));
  return status;
}

absl::Status Database::BeginRead(const std::optional<LogHeader>& log) {
  if (ReadsAsOf(log)) return absl::OkStatus();
  ZT_RETURN_IF_ERROR(EndRead());
  read_log_ = log;
  return Use("BEGIN").Run();
}

// The first statement of a transaction decides what it sees, and it came after the header.
bool Database::ReadsAsOf(const std::optional<LogHeader>& log) const {
  return log.has_value() && InTransaction() && read_log_ == log;
}

absl::Status Database::EndRead() {
  return InTransaction() ? Use("COMMIT").Run() : absl::OkStatus();
}

void Database::MapLogIndex() {
  constexpr int kRegionBytes = 32 << 10;  // as SQLite maps it
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(db_, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
      file->pMethods == nullptr || file->pMethods->iVersion < 2) {
    return;
  }
  volatile void* region = nullptr;
  if (file->pMethods->xShmMap(file, 0, kRegionBytes, /*extend=*/0, &region) == SQLITE_OK) {
    log_index_ = static_cast<const volatile uint64_t*>(region);
  }
}

// The header stands there twice. A writer changes the second copy first.
__attribute__((no_sanitize("thread"))) std::optional<LogHeader> Database::ReadLogHeader() const {
  if (log_index_ == nullptr) return std::nullopt;
  LogHeader header;
  for (size_t i = 0; i < header.size(); ++i) {
    header[i] = __atomic_load_n(log_index_ + i, __ATOMIC_ACQUIRE);
  }
  for (size_t i = 0; i < header.size(); ++i) {
    const volatile uint64_t* const second = log_index_ + header.size() + i;
    if (header[i] != __atomic_load_n(second, __ATOMIC_ACQUIRE)) return std::nullopt;
  }
  return header;
}

void Database::TakeOverCheckpoints() {
  // The hook replaces SQLite's own, which checkpoints inside COMMIT.
  sqlite3_wal_hook(
      db_,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Database*>(self)->log_pages_ = pages;
        return SQLITE_OK;
      },
      this);
}

absl::Status Database::Checkpoint() {
  const int code =
      sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  log_pages_ = 0;
  if (code == SQLITE_OK || code == SQLITE_BUSY) return absl::OkStatus();
  return StatusOfCode(sqlite3_extended_errcode(db_), sqlite3_errmsg(db_));
}

bool Database::busy() const { return (sqlite3_errcode(db_) & 0xff) == SQLITE_BUSY; }

bool Database::sync_failed() const { return sqlite3_extended_errcode(db_) == SQLITE_IOERR_FSYNC; }

void Database::SetBusyTimeout(int ms) { sqlite3_busy_timeout(db_, ms); }

bool Database::InTransaction() const { return sqlite3_get_autocommit(db_) == 0; }

}  // namespace zerotouch::store::sqlite
