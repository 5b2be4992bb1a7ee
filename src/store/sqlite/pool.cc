// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/pool.h"

#include "base/status_macros.h"

namespace zerotouch::store::sqlite {
namespace {

constexpr char kSettings[] =
    "PRAGMA query_only = ON;"
    "PRAGMA cache_size = -2048;";

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Pool::Take() {
  {
    MutexLock lock(mutex_);
    while (free_.empty() && in_use_ >= size_) lock.Wait(freed_);
    ++in_use_;
    if (!free_.empty()) {
      std::unique_ptr<Database> db = std::move(free_.back());
      free_.pop_back();
      return db;
    }
  }
  absl::StatusOr<std::unique_ptr<Database>> db = OpenOne();
  if (!db.ok()) GiveBack(nullptr);
  return db;
}

void Pool::GiveBack(std::unique_ptr<Database> db) {
  {
    const MutexLock lock(mutex_);
    --in_use_;
    if (db != nullptr) free_.push_back(std::move(db));
  }
  freed_.notify_one();
}

absl::StatusOr<std::unique_ptr<Database>> Pool::OpenOne() const {
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<Database> db, Database::Open(path_, Access::kRead));
  ZT_RETURN_IF_ERROR(db->Run(kSettings));
  return db;
}

}  // namespace zerotouch::store::sqlite
