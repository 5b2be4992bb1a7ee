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
  return BeginInPlace(std::move(db));
}

absl::StatusOr<std::unique_ptr<Database>> Pool::TryTake() {
  std::unique_ptr<Database> db;
  if (!TakePlace(/*wait=*/false, db)) return db;
  return BeginInPlace(std::move(db));
}

void Pool::GiveBack(std::unique_ptr<Database> db) {
  {
    MutexLock lock(mutex_);
    // Under the mutex: what is committed later is followed by EndIdleReads.
    if (db != nullptr && !db->ReadsAsOf(ReadLogHeader())) {
      lock.Unlock();
      if (!db->EndRead().ok()) db.reset();
      lock.Lock();
    }
    --in_use_;
    if (db != nullptr) free_.push_back(std::move(db));
  }
  freed_.notify_one();
}

void Pool::EndIdleReads() {
  const MutexLock lock(mutex_);
  std::erase_if(free_, [](const std::unique_ptr<Database>& db) { return !db->EndRead().ok(); });
}

absl::StatusOr<std::unique_ptr<Database>> Pool::BeginInPlace(std::unique_ptr<Database> db) {
  const std::optional<LogHeader> log = ReadLogHeader();
  if (db != nullptr && db->ReadsAsOf(log)) return db;
  EndIdleReads();
  absl::Status status;
  if (db == nullptr) {
    absl::StatusOr<std::unique_ptr<Database>> opened = OpenOne();
    if (opened.ok()) db = *std::move(opened);
    status.Update(opened.status());
  }
  if (status.ok()) status = db->BeginRead(log);
  if (status.ok()) return db;
  GiveBack(nullptr);
  return status;
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
