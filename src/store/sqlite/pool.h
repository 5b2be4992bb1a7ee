// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_POOL_H_
#define ZEROTOUCH_STORE_SQLITE_POOL_H_

#include <condition_variable>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "store/sqlite/database.h"
#include "store/sqlite/registry_files.h"

namespace zerotouch::store::sqlite {

// Read-only connections to one file, opened on demand and kept for reuse.
//
// A connection that comes back keeps its transaction, and with it its locks, while nothing is
// committed, so most reads neither begin nor end one. A connection that nobody uses must not
// keep the pages of the log from being copied: the writer ends its transaction before that
// (EndIdleReads), and so does the next read that finds the log changed, by any process.
// Thread-safe.
class Pool {
 public:
  // Uses at most `size` connections at once, to the files that `files` knows. `log` is one more
  // connection, whose MapLogIndex was called: it shows whether anything was committed.
  Pool(std::string path, RegistryFiles files, std::unique_ptr<Database> log, int size)
      : path_(std::move(path)), files_(std::move(files)), log_(std::move(log)), size_(size) {}

  // Returns a connection in a transaction that reads everything that was committed before the
  // call: at once, unless all are in use. The one that was used last comes first, because the
  // processor still has its pages.
  absl::StatusOr<std::unique_ptr<Database>> Take();
  // The same, but returns null if all are in use.
  absl::StatusOr<std::unique_ptr<Database>> TryTake();
  // Returns a connection to the pool. Null frees the place of one that failed.
  void GiveBack(std::unique_ptr<Database> db);

  // Ends the transactions of the connections that are not in use.
  void EndIdleReads();

  // Returns the header of the log (Database::ReadLogHeader).
  std::optional<LogHeader> ReadLogHeader() const { return log_->ReadLogHeader(); }

 private:
  // Takes a connection, or the place of one that is not open yet: then `found` is
  // null. Returns false if all are in use and `wait` is false.
  bool TakePlace(bool wait, std::unique_ptr<Database>& found);
  // Begins the transaction of a connection in the place that was taken; opens it if it is null.
  absl::StatusOr<std::unique_ptr<Database>> BeginInPlace(std::unique_ptr<Database> db);
  absl::StatusOr<std::unique_ptr<Database>> OpenOne() const;

  const std::string path_;
  const RegistryFiles files_;
  const std::unique_ptr<Database> log_;
  const int size_;
  Mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Database>> free_ ZT_GUARDED_BY(mutex_);
  int in_use_ ZT_GUARDED_BY(mutex_) = 0;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_POOL_H_
