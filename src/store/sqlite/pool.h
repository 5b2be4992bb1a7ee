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
#include "store/sqlite/registry_files.h"

namespace zerotouch::store::sqlite {

// Read-only connections to one file, opened on demand and kept for reuse.
// Thread-safe.
class Pool {
 public:
  // Uses at most `size` connections at once, to the files that `files` knows.
  Pool(std::string path, RegistryFiles files, int size)
      : path_(std::move(path)), files_(std::move(files)), size_(size) {}

  // Returns a connection without an open transaction: at once, unless all are in use.
  // The one that was used last comes first, because the processor still has its pages.
  absl::StatusOr<std::unique_ptr<Database>> Take();
  // The same, but returns null if all are in use.
  absl::StatusOr<std::unique_ptr<Database>> TryTake();
  // Returns a connection to the pool. Null frees the place of one that failed.
  void GiveBack(std::unique_ptr<Database> db);

 private:
  // Takes a connection, or the place of one that is not open yet: then `found` is
  // null. Returns false if all are in use and `wait` is false.
  bool TakePlace(bool wait, std::unique_ptr<Database>& found);
  // Opens a connection in the place that was taken.
  absl::StatusOr<std::unique_ptr<Database>> OpenInPlace();
  absl::StatusOr<std::unique_ptr<Database>> OpenOne() const;

  const std::string path_;
  const RegistryFiles files_;
  const int size_;
  Mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Database>> free_ ZT_GUARDED_BY(mutex_);
  int in_use_ ZT_GUARDED_BY(mutex_) = 0;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_POOL_H_
