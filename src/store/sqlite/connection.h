// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_CONNECTION_H_
#define ZEROTOUCH_STORE_SQLITE_CONNECTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace zerotouch::store::sqlite {

// A prepared statement in use, from the first Bind to its destruction, which
// makes it ready for the next use. Errors are kept: after the last Row(),
// status() tells whether all went well. Values read stay valid until the next
// Row(), Reset() or the end. For one thread.
class Cursor {
 public:
  Cursor(sqlite3* db, sqlite3_stmt* statement, absl::Status status)
      : db_(db), statement_(statement), status_(std::move(status)) {}
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // Binds the next parameter.
  Cursor& Int(int64_t value);
  Cursor& Text(std::string_view value);  // must live until the statement was run
  Cursor& Blob(std::string_view value);  // the same
  Cursor& Null();
  Cursor& Time(absl::Time value) { return Int(absl::ToUnixMicros(value)); }

  // Steps to the next row; false at the end or on an error.
  bool Row();
  // Steps to the end, for statements without rows.
  absl::Status Run();
  // Makes ready for new parameters.
  void Reset();

  // Columns of the current row, from 0.
  int64_t IntAt(int column) const;
  std::string_view TextAt(int column) const;  // text or blob
  bool IsNullAt(int column) const;
  absl::Time TimeAt(int column) const { return absl::FromUnixMicros(IntAt(column)); }

  const absl::Status& status() const { return status_; }

 private:
  void Check(int code);

  sqlite3* db_;
  sqlite3_stmt* statement_;
  absl::Status status_;
  int bound_ = 0;
};

// How a connection may be used.
enum class Access { kRead, kWrite };

// One SQLite connection with its prepared statements. For one thread at a time.
class Connection {
 public:
  // Opens the file; with kWrite, creates it if it is missing.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, Access access);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs statements without parameters or rows.
  absl::Status Run(const char* sql);
  // A cursor on the statement, prepared once per connection. `sql` must be a
  // string literal, and not be in use already.
  Cursor Use(const char* sql);
  // Rows that the last INSERT, UPDATE or DELETE changed.
  int64_t Changes() const;
  // Whether a transaction is open. Some errors end it by themselves.
  bool InTransaction() const;

  // Copies all pages of the file into that of `target`, some at a time; an error
  // of `progress`, which is told how many are done and there are, ends it. With
  // a transaction open on this connection, whatever others write meanwhile the
  // copy is what it reads.
  absl::Status CopyTo(Connection& target,
                      const std::function<absl::Status(int64_t done, int64_t total)>& progress);

  // From now on SQLite leaves it to the caller to copy the write-ahead log into
  // the file, and LogPages() says how many pages the log has.
  void TakeOverCheckpoints();
  int LogPages() const { return log_pages_; }
  // Copies what no reader still needs. OK also if that is not all of it.
  absl::Status Checkpoint();

 private:
  explicit Connection(sqlite3* db) : db_(db) {}

  sqlite3* db_;
  int log_pages_ = 0;
  absl::flat_hash_map<const char*, sqlite3_stmt*> statements_;
};

// What an SQLite result code means: UNAVAILABLE where trying again later can
// help (disk full, I/O), ALREADY_EXISTS for a taken key, DATA_LOSS for a broken
// file, else INTERNAL. `text` says where.
absl::Status StatusOfCode(int code, std::string_view text);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_CONNECTION_H_
