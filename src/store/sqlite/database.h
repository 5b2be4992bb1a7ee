// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_DATABASE_H_
#define ZEROTOUCH_STORE_SQLITE_DATABASE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace zerotouch::store::sqlite {

struct RowList;

// A prepared statement in use, from its first parameter to its destruction,
// which makes it ready for the next use. The first error is kept: after the last
// Row(), status() returns it. Values that were read are valid until the next
// Row(), Reset() or the destruction. For one thread.
class Cursor {
 public:
  Cursor(sqlite3* db, sqlite3_stmt* statement, absl::Status status)
      : db_(db), statement_(statement), status_(std::move(status)) {}
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // Binds the next parameter. Text and bytes must live until the statement was run.
  Cursor& Int(int64_t value);
  Cursor& Bool(bool value) { return Int(value); }
  Cursor& Text(std::string_view value);
  Cursor& Bytes(std::string_view value);
  // Microseconds since 1970.
  Cursor& Time(absl::Time value) { return Int(absl::ToUnixMicros(value)); }
  Cursor& Time(const std::optional<absl::Time>& value);
  Cursor& OptionalInt(std::optional<int64_t> value);
  Cursor& Null();
  // Binds rows (row_list.h), which must live until the statement was run.
  Cursor& List(const RowList& rows);

  // Steps to the next row. Returns false at the end and after an error.
  bool Row();
  // Steps to the end, for statements without rows.
  absl::Status Run();
  // Makes the statement ready for new parameters.
  void Reset();

  // Reads a column of the current row, from 0.
  int64_t IntAt(int column) const;
  std::string_view TextAt(int column) const;  // text or blob
  bool IsNullAt(int column) const;

  const absl::Status& status() const { return status_; }

 private:
  void Check(int code);

  sqlite3* db_;
  sqlite3_stmt* statement_;
  absl::Status status_;
  int bound_ = 0;
};

// The header of the write-ahead log's index, which each commit of any process changes
// (sqlite.org/walformat.html, section 2.1).
using LogHeader = std::array<uint64_t, 6>;

// How a database may be used.
enum class Access { kRead, kWrite };

// One connection to a database file, with its prepared statements. For one
// thread at a time.
class Database {
 public:
  // Opens the file. With kWrite, creates it if it is missing.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path, Access access);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Runs statements without parameters or rows.
  absl::Status Run(const char* sql);
  // Returns a cursor on the statement, which each connection prepares once. `sql`
  // must be a constant, and its statement must not be in use already.
  Cursor Use(const char* sql);
  // Returns how many rows the last INSERT, UPDATE or DELETE changed.
  int64_t Changes() const;
  // Returns true if the last error is that another connection has a lock.
  bool busy() const;
  // Returns true if the last error is that what was written could not be synced.
  bool sync_failed() const;
  // Sets how long a statement waits for the locks of other connections.
  void SetBusyTimeout(int ms);
  // Returns true while a transaction is open. Some errors end it.
  bool InTransaction() const;

  // Copies all pages of the file into that of `target`, some at a time, and calls
  // `progress` after each step; an error of `progress` ends the copy. If a
  // transaction is open on this connection, the copy is the registry as that
  // transaction sees it, even if others write meanwhile.
  absl::Status CopyTo(Database& target,
                      const std::function<absl::Status(int64_t done, int64_t total)>& progress);

  // Begins a transaction that reads everything that was committed before the call. `log` is the
  // header of the log, read before: if it is the same as when the open transaction began, that
  // one is kept.
  absl::Status BeginRead(const std::optional<LogHeader>& log);
  // Returns true if such a transaction is open and nothing was committed since it began.
  bool ReadsAsOf(const std::optional<LogHeader>& log) const;
  // Ends the transaction if one is open.
  absl::Status EndRead();

  // Makes ReadLogHeader work, on a connection that has read something.
  void MapLogIndex();
  // Returns the header as it is now, without a lock: as long as it is the same, nothing was
  // committed. nullopt while it is being written, or without MapLogIndex. Thread-safe.
  std::optional<LogHeader> ReadLogHeader() const;

  // Turns SQLite's automatic checkpoints off: the caller checks LogPages() and
  // calls Checkpoint().
  void TakeOverCheckpoints();
  // Returns how many pages the write-ahead log has.
  int LogPages() const { return log_pages_; }
  // Copies the pages that no reader needs from the write-ahead log into the
  // file. Returns OK even if some pages are left to the next checkpoint.
  absl::Status Checkpoint();

 private:
  explicit Database(sqlite3* db) : db_(db) {}

  sqlite3* db_;
  int log_pages_ = 0;
  std::optional<LogHeader> read_log_;             // when BeginRead began the transaction
  const volatile uint64_t* log_index_ = nullptr;  // in memory that the processes share
  absl::flat_hash_map<const char*, sqlite3_stmt*> statements_;
};

// Returns the status for an SQLite result code: UNAVAILABLE if a retry may help
// (disk full, I/O), ALREADY_EXISTS for a key that is taken, DATA_LOSS for a
// damaged file, FAILED_PRECONDITION for another constraint, else INTERNAL.
// `text` is SQLite's message.
absl::Status StatusOfCode(int code, std::string_view text);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_DATABASE_H_
