// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_POOL_H_
#define ZEROTOUCH_STORE_SQLITE_POOL_H_

#include <condition_variable>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "store/sqlite/database.h"

namespace zerotouch::store::sqlite {

// Read-only connections to one file, opened on demand and kept for reuse.
// Thread-safe.
class Pool {
 public:
  // Uses at most `size` connections at once.
  Pool(std::string path, int size) : path_(std::move(path)), size_(size) {}

  // Returns a connection without an open transaction. Waits while all are in use.
  absl::StatusOr<std::unique_ptr<Database>> Take();
  // Returns a connection to the pool. Null frees the place of one that failed.
  void GiveBack(std::unique_ptr<Database> db);

 private:
  absl::StatusOr<std::unique_ptr<Database>> OpenOne() const;

  const std::string path_;
  const int size_;
  Mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Database>> free_ ZT_GUARDED_BY(mutex_);
  int in_use_ ZT_GUARDED_BY(mutex_) = 0;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_POOL_H_
