// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/pool.h"

#include "base/status_macros.h"

namespace zerotouch::store::sqlite {
namespace {

constexpr char kSettings[] =
    "PRAGMA query_only = ON;"
    "PRAGMA cache_size = -2048;";

// Readers wait for locks only while another program recovers the log or has the file
// for itself; an event loop may be what waits.
constexpr int kBusyMs = 100;

}  // namespace

bool Pool::TakePlace(bool wait, std::unique_ptr<Database>& found) {
  MutexLock lock(mutex_);
  while (in_use_ >= size_) {
    if (!wait) return false;
    lock.Wait(freed_);
  }
  ++in_use_;
  if (free_.empty()) return true;
  found = std::move(free_.back());
  free_.pop_back();
  return true;
}

absl::StatusOr<std::unique_ptr<Database>> Pool::Take() {
  std::unique_ptr<Database> db;
  TakePlace(/*wait=*/true, db);
  if (db != nullptr) return db;
  return OpenInPlace();
}

absl::StatusOr<std::unique_ptr<Database>> Pool::TryTake() {
  std::unique_ptr<Database> db;
  if (!TakePlace(/*wait=*/false, db) || db != nullptr) return db;
  return OpenInPlace();
}

void Pool::GiveBack(std::unique_ptr<Database> db) {
  {
    const MutexLock lock(mutex_);
    --in_use_;
    if (db != nullptr) free_.push_back(std::move(db));
  }
  freed_.notify_one();
}

absl::StatusOr<std::unique_ptr<Database>> Pool::OpenInPlace() {
  absl::StatusOr<std::unique_ptr<Database>> db = OpenOne();
  if (!db.ok()) GiveBack(nullptr);
  return db;
}

absl::StatusOr<std::unique_ptr<Database>> Pool::OpenOne() const {
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<Database> db, Database::Open(path_, Access::kRead));
  db->SetBusyTimeout(kBusyMs);
  ZT_RETURN_IF_ERROR(db->Run(kSettings));
  // The first read opens the log. The files must be those that the writer has.
  ZT_RETURN_IF_ERROR(db->Run("SELECT count(*) FROM sqlite_schema"));
  ZT_RETURN_IF_ERROR(files_.Check());
  return db;
}

}  // namespace zerotouch::store::sqlite
