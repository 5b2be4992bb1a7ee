// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/writer.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "base/fault.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {
namespace {

using SteadyClock = std::chrono::steady_clock;

// A group takes no more mutations after this time, so that its first members do
// not wait long for their commit.
constexpr auto kGroupTime = std::chrono::milliseconds(20);

// The log is copied into the file when it has this many pages (4 KiB each), even
// if mutations are queued. This is rare enough that a page which several
// transactions changed is copied once, and frequent enough that the copy, which
// the next write waits for, takes about 20 ms.
constexpr int kLongLogPages = 4'000;

// The log is copied after this time without a write.
constexpr auto kIdleTime = std::chrono::milliseconds(200);

// Copies the status and its message. Plain copies share one reference-counted
// message, and ThreadSanitizer does not see how Abseil counts; several threads
// get this status.
absl::Status Unshared(const absl::Status& status) {
  return absl::Status(status.code(), status.message());
}

}  // namespace

Writer::Writer(std::unique_ptr<Database> db, FileLock& lock, const Clock& clock)
    : db_(std::move(db)), lock_(lock), ids_(clock) {
  db_->TakeOverCheckpoints();
  thread_ = std::thread([this] { Loop(); });
}

Writer::~Writer() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  came_.notify_all();
  thread_.join();
}

absl::Status Writer::Write(const Mutation& mutation) {
  Waiting waiting{.mutation = mutation, .status = absl::OkStatus()};
  MutexLock lock(mutex_);
  if (queue_.size() >= static_cast<size_t>(limits::kQueuedWrites)) {
    return absl::ResourceExhaustedError("too many writes are waiting for the store");
  }
  queue_.push_back(&waiting);
  came_.notify_one();
  while (!waiting.done) lock.Wait(done_);
  return std::move(waiting.status);
}

void Writer::Loop() {
  while (Waiting* first = AwaitNext()) {
    RunGroup(first);
    if (db_->LogPages() >= kLongLogPages) Checkpoint();
  }
  if (db_->LogPages() > 0) Checkpoint();
}

Writer::Waiting* Writer::AwaitNext() {
  MutexLock lock(mutex_);
  if (db_->LogPages() > 0) {
    const SteadyClock::time_point idle = SteadyClock::now() + kIdleTime;
    while (!stopping_ && queue_.empty() && lock.WaitUntil(came_, idle)) {
    }
    if (!stopping_ && queue_.empty()) {
      lock.Unlock();
      Checkpoint();
      lock.Lock();
    }
  }
  while (!stopping_ && queue_.empty()) lock.Wait(came_);
  return PopNext();
}

// Pages that were not copied are left to the next checkpoint.
void Writer::Checkpoint() {
  absl::Status status = lock_.LockWriting();
  if (status.ok()) status = db_->Checkpoint();
  lock_.UnlockWriting();
  if (!status.ok()) {
    log::Warning("cannot copy the log into the registry file", {{"error", MessageOf(status)}});
  }
}

Writer::Waiting* Writer::TakeNext() {
  const MutexLock lock(mutex_);
  return PopNext();
}

Writer::Waiting* Writer::PopNext() {
  if (queue_.empty()) return nullptr;
  Waiting* next = queue_.front();
  queue_.pop_front();
  return next;
}

void Writer::Finish(std::span<Waiting* const> group) {
  {
    const MutexLock lock(mutex_);
    for (Waiting* waiting : group) waiting->done = true;
  }
  done_.notify_all();
}

absl::Status Writer::RunOne(const Mutation& mutation) {
  ZT_RETURN_IF_ERROR(db_->Use("SAVEPOINT mutation").Run());
  SqliteTransaction transaction(*db_, ids_);
  absl::Status status = mutation(transaction);
  if (!db_->InTransaction()) {
    // SQLite rolled the whole transaction back, as it may on a full disk.
    return status.ok() ? absl::UnavailableError("the transaction was lost") : status;
  }
  if (!status.ok()) ZT_RETURN_IF_ERROR(db_->Use("ROLLBACK TO mutation").Run());
  ZT_RETURN_IF_ERROR(db_->Use("RELEASE mutation").Run());
  return status;
}

void Writer::RunGroup(Waiting* first) {
  std::vector<Waiting*> group;
  absl::Status status = lock_.LockWriting();
  if (status.ok()) status = db_->Use("BEGIN IMMEDIATE").Run();
  const SteadyClock::time_point start = SteadyClock::now();
  for (Waiting* next = first; next != nullptr;) {
    group.push_back(next);
    if (!status.ok()) break;
    next->status = RunOne(next->mutation);
    if (!db_->InTransaction()) {
      status = Unshared(next->status);
      break;
    }
    next = SteadyClock::now() - start < kGroupTime ? TakeNext() : nullptr;
  }
  if (status.ok()) status = fault::At("store.commit");
  if (status.ok()) status = db_->Use("COMMIT").Run();
  if (db_->InTransaction()) db_->Use("ROLLBACK").Run().IgnoreError();
  lock_.UnlockWriting();
  if (!status.ok()) {
    for (Waiting* waiting : group) {
      if (waiting->status.ok()) waiting->status = Unshared(status);
    }
  }
  Finish(group);
}

}  // namespace zerotouch::store::sqlite
