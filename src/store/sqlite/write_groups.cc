// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/write_groups.h"

#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/fault.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/changelog/logged.h"
#include "store/figures.h"
#include "store/guarded.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {
namespace {

// A group takes no more writes after this time, so that its first members do not
// wait long for their commit.
constexpr auto kGroupTime = std::chrono::milliseconds(20);

// A group that is smaller than the last one waits for more writes, for this part of
// the time of a commit.
constexpr int kLingerShare = 4;

// The log is copied into the file when it has this many pages (4 KiB each), even
// if writes are queued. This is rare enough that a page which several transactions
// changed is copied once, and frequent enough that the copy, which the next write
// waits for, takes about 20 ms.
constexpr int kLongLogPages = 4'000;

// The log is copied after this time without a write.
constexpr auto kIdleTime = std::chrono::milliseconds(200);

// The log stays as it is if another process writes for this time.
constexpr absl::Duration kCheckpointWait = absl::Milliseconds(100);

// How often the locks of other processes are tried: ours, and SQLite's, whose attempt
// reads the log's index.
constexpr auto kBeginPoll = std::chrono::milliseconds(1);
constexpr auto kBusyPoll = std::chrono::milliseconds(10);

// How long the lock is left to other processes that wait for it: a few polls.
constexpr absl::Duration kPauseForOthers = absl::Milliseconds(3);

// While writes fail and no caller writes, the file is tried after this time.
constexpr auto kProbeTime = std::chrono::milliseconds(500);

constexpr char kFilesLost[] = "a file of the registry was removed or replaced";

// The groups whose thread this is.
thread_local const WriteGroups* groups_of_this_thread = nullptr;

// Copies the status and its message. Plain copies share one reference-counted
// message, and ThreadSanitizer does not see how Abseil counts; several threads
// get this status.
absl::Status Unshared(const absl::Status& status) {
  return absl::Status(status.code(), status.message());
}

// Changes the first page of the file, to what it is already.
absl::Status Touch(Database& db) {
  static const auto* const sql =
      new std::string(absl::StrCat("PRAGMA user_version = ", Migrations().size()));
  return db.Run(sql->c_str());
}

}  // namespace

WriteGroups::WriteGroups(std::unique_ptr<Database> db, FileLock& lock, const RegistryFiles& files,
                         Pool& readers, WriteQueue& queue, WriteHealth& health, const Clock& clock)
    : db_(std::move(db)),
      lock_(lock),
      files_(files),
      readers_(readers),
      queue_(queue),
      health_(health),
      ids_(clock) {
  db_->TakeOverCheckpoints();
  db_->SetBusyTimeout(0);  // Begin waits itself
  // A group is never larger than the queue was, so its list does not grow while it
  // runs and memory is short.
  const MutexLock locked(mutex_);
  group_.reserve(static_cast<size_t>(limits::kQueuedWrites));
  answering_.reserve(group_.capacity());
}

void WriteGroups::Run() {
  groups_of_this_thread = this;
  while (AwaitNext()) {
    const absl::Status status = Guarded([&] {
      if (queue_.NextIsAlone()) {
        RunAlone();
        return absl::OkStatus();
      }
      RunGroup();
      if (db_->LogPages() >= kLongLogPages) Checkpoint();
      return absl::OkStatus();
    });
    if (!status.ok()) {
      EndTransaction();
      AnswerGroup(status);
    }
  }
  if (db_->LogPages() > 0) Checkpoint();
  groups_of_this_thread = nullptr;
}

bool WriteGroups::OnThisThread() const { return groups_of_this_thread == this; }

bool WriteGroups::AwaitNext() {
  health_.BeginIdle();
  if (probe_) return queue_.AwaitWrite(next_probe_) || !queue_.closed();
  if (db_->LogPages() > 0 && !queue_.AwaitWrite(SteadyClock::now() + kIdleTime) &&
      !queue_.closed()) {
    Checkpoint();
  }
  return queue_.AwaitWrite(SteadyClock::time_point::max());
}

// Pages that were not copied are left to the next checkpoint.
void WriteGroups::Checkpoint() {
  health_.Begin("copying its log into the file");
  absl::Status status = lock_.LockWriting(kCheckpointWait);
  if (status.ok()) {
    readers_.EndIdleReads();
    status = db_->Checkpoint();
    lock_.UnlockWriting();
  }
  health_.BeginIdle();
  if (!status.ok()) {
    log::Warning("cannot copy the log into the registry file", {{"error", MessageOf(status)}});
  }
}

absl::Status WriteGroups::Fail(std::string_view reason, const absl::Status& status) {
  health_.Failed(reason, status);
  probe_ = true;
  next_probe_ = SteadyClock::now() + kProbeTime;
  return status;
}

absl::Status WriteGroups::LockWriting() {
  ZT_ASSIGN_OR_RETURN(bool locked, lock_.TryLockWriting());
  if (locked) return absl::OkStatus();
  lock_.SetWaiting(true);
  while (!locked && queue_.Pause(kBeginPoll)) {
    absl::StatusOr<bool> again = lock_.TryLockWriting();
    locked = again.ok() && *again;
  }
  lock_.SetWaiting(false);
  if (locked) return absl::OkStatus();
  return absl::UnavailableError("another process has locked the registry");
}

absl::Status WriteGroups::Begin() {
  health_.Begin("waiting for another process that writes to the registry");
  absl::Status status = LockWriting();
  if (!status.ok()) return Fail("another process has locked the registry", status);
  status = files_.Check();
  if (!status.ok()) return Fail(kFilesLost, status);
  // A program that is not ours, such as the sqlite3 shell, may hold SQLite's own lock.
  do {
    status = db_->Use("BEGIN IMMEDIATE").Run();
  } while (!status.ok() && db_->busy() && queue_.Pause(kBusyPoll));
  if (!status.ok()) return Fail(MessageOf(status), status);
  return absl::OkStatus();
}

void WriteGroups::RunGroup() {
  absl::Status status = Begin();
  if (status.ok()) {
    status = RunQueued();
    if (status.ok() && probe_) status = Touch(*db_);
    if (status.ok()) status = Commit();
  } else {
    while (std::shared_ptr<QueuedWrite> write = queue_.Take()) write->Answer(Unshared(status));
  }
  EndTransaction();
  AnswerGroup(status);
  // The kernel does not queue those who wait for the lock.
  if (lock_.OthersWait()) absl::SleepFor(kPauseForOthers);
}

void WriteGroups::RunAlone() {
  health_.Begin("waiting for another process that writes to the registry");
  absl::Status status = LockWriting();
  if (status.ok()) status = files_.Check();
  const std::shared_ptr<QueuedWrite> write = queue_.TakeAlone();
  if (write == nullptr) {  // refused meanwhile
    lock_.UnlockWriting();
    return;
  }
  health_.Begin("replacing the whole registry");
  if (status.ok()) status = Guarded([&] { return (*write->alone())(*db_); });
  lock_.UnlockWriting();
  write->Answer(std::move(status));
  // SQLite does not report how many pages such a write added to the log.
  Checkpoint();
}

void WriteGroups::EndTransaction() {
  if (db_->InTransaction()) db_->Use("ROLLBACK").Run().IgnoreError();
  lock_.UnlockWriting();
}

absl::Status WriteGroups::RunQueued() {
  health_.Begin("running a write");
  const SteadyClock::time_point start = SteadyClock::now();
  {
    const MutexLock lock(mutex_);
    phase_ = Phase::kRunning;
    began_ = start;
  }
  const SteadyClock::time_point linger = start + commit_time_ / kLingerShare;
  for (int members = 1;; ++members) {
    // Callers of the last group may be about to come back. Each that is not in this
    // commit needs another one.
    if (members <= last_members_) queue_.AwaitWrite(linger);
    Member* member = TakeNext();
    if (member == nullptr) break;
    member->status = RunMember(*member);
    if (!db_->InTransaction()) {
      return Fail("the disk is full or has an error",
                  absl::UnavailableError("the transaction was lost"));
    }
    // It may be the caller's own error, or the store's.
    if (absl::IsUnavailable(member->status) || absl::IsDataLoss(member->status)) probe_ = true;
    if (SteadyClock::now() - start >= kGroupTime) break;
  }
  return absl::OkStatus();
}

WriteGroups::Member* WriteGroups::TakeNext() {
  const MutexLock lock(mutex_);
  if (group_.size() == group_.capacity()) return nullptr;
  std::shared_ptr<QueuedWrite> write = queue_.Take();
  if (write == nullptr) return nullptr;
  group_.push_back({.write = std::move(write), .status = absl::OkStatus()});
  return &group_.back();
}

absl::Status WriteGroups::Commit() {
  absl::Status status = files_.Check();
  if (!status.ok()) return Fail(kFilesLost, status);
  {
    const MutexLock lock(mutex_);
    if (phase_ == Phase::kGivenUp) return absl::UnavailableError("the group took too long");
    phase_ = Phase::kCommitting;
  }
  health_.Begin("waiting for the disk");
  status = fault::At("store.commit");
  const SteadyClock::time_point start = SteadyClock::now();
  if (status.ok()) status = db_->Use("COMMIT").Run();
  if (!status.ok()) return EraseCommit(Fail(MessageOf(status), status));
  commit_time_ = SteadyClock::now() - start;
  StoreSeconds(StoreKind::kSqlite, StoreCall::kCommit).Observe(absl::FromChrono(commit_time_));
  status = files_.Check();
  if (!status.ok()) {
    Fail(kFilesLost, status).IgnoreError();
    return absl::UnknownError(absl::StrCat("the write may be lost: ", status.message()));
  }
  probe_ = false;
  health_.Succeeded();
  return absl::OkStatus();
}

absl::Status WriteGroups::EraseCommit(const absl::Status& status) {
  // If only the sync failed, the log has the whole commit, and a restart would take it
  // for good. The next transaction is written to the same place.
  if (!db_->sync_failed()) return status;
  if (db_->InTransaction()) db_->Use("ROLLBACK").Run().IgnoreError();
  absl::Status erased = db_->Use("BEGIN IMMEDIATE").Run();
  if (erased.ok()) erased = Touch(*db_);
  if (erased.ok()) erased = db_->Use("COMMIT").Run();
  if (erased.ok()) return status;
  return absl::UnknownError(absl::StrCat("the write may be kept or not: ", status.message()));
}

void WriteGroups::GiveUp(SteadyClock::time_point then) {
  std::vector<std::shared_ptr<QueuedWrite>> left;
  bool committing = false;
  {
    const MutexLock lock(mutex_);
    if (group_.empty() || began_ >= then) return;
    committing = phase_ == Phase::kCommitting;
    if (!committing) phase_ = Phase::kGivenUp;
    // The last one may be running, with what its caller has lent it.
    const size_t ran = committing ? group_.size() : group_.size() - 1;
    for (size_t i = 0; i < ran; ++i) left.push_back(group_[i].write);
  }
  for (const std::shared_ptr<QueuedWrite>& write : left) {
    write->Answer(committing
                      ? absl::UnknownError("the write may be kept or not: the disk does not answer")
                      : absl::UnavailableError("the store did not end the write in time"));
  }
}

absl::Status WriteGroups::RunMember(Member& member) {
  if (const Mutation* mutation = member.write->mutation()) {
    ZT_RETURN_IF_ERROR(db_->Use("SAVEPOINT mutation").Run());
    return EndSavepoint(RunMutation(*mutation), "ROLLBACK TO mutation", "RELEASE mutation");
  }
  bool wrote = false;
  absl::Status status = RunWork(*member.write, wrote);
  // Work that wrote nothing need not wait for the commit.
  if (!wrote) member.write->Answer(status);
  return status;
}

absl::Status WriteGroups::RunMutation(const Mutation& mutation) {
  return Guarded([&] {
    changelog::Logged<SqliteTransaction> transaction(*db_, ids_);
    ZT_RETURN_IF_ERROR(mutation(transaction));
    return transaction.FinishBlock(ids_.Now());
  });
}

absl::Status WriteGroups::RunWork(QueuedWrite& work, bool& wrote) {
  RunningWork running;
  running_ = &running;
  absl::Status status = Guarded([&] {
    work.RunWork();
    return absl::OkStatus();
  });
  running_ = nullptr;
  wrote = running.wrote;
  if (!wrote) return status;
  return EndSavepoint(std::move(status), "ROLLBACK TO work", "RELEASE work");
}

absl::Status WriteGroups::WriteInside(const Mutation& mutation) {
  if (running_ == nullptr || running_->in_mutation) {
    return absl::InternalError("Write was called on the thread that writes, outside of work");
  }
  if (!db_->InTransaction()) return absl::UnavailableError("the transaction was lost");
  // The first mutation shares the savepoint of its work: to undo it is to undo all
  // that the work has written.
  const bool first = !running_->wrote;
  running_->wrote = true;
  ZT_RETURN_IF_ERROR(db_->Use(first ? "SAVEPOINT work" : "SAVEPOINT mutation").Run());
  running_->in_mutation = true;
  absl::Status status = RunMutation(mutation);
  running_->in_mutation = false;
  if (!first) return EndSavepoint(std::move(status), "ROLLBACK TO mutation", "RELEASE mutation");
  return EndSavepoint(std::move(status), "ROLLBACK TO work", nullptr);
}

absl::Status WriteGroups::EndSavepoint(absl::Status status, const char* undo, const char* release) {
  if (!db_->InTransaction()) {
    // SQLite rolled the whole transaction back, as it may on a full disk.
    return status.ok() ? absl::UnavailableError("the transaction was lost") : status;
  }
  if (!status.ok()) ZT_RETURN_IF_ERROR(db_->Use(undo).Run());
  if (release != nullptr) ZT_RETURN_IF_ERROR(db_->Use(release).Run());
  return status;
}

void WriteGroups::AnswerGroup(const absl::Status& status) {
  {
    const MutexLock lock(mutex_);
    std::swap(group_, answering_);
  }
  last_members_ = static_cast<int>(answering_.size());
  for (Member& member : answering_) {
    // Its own error may come from what the group wrote, but then lost.
    if (!status.ok()) member.status = Unshared(status);
    member.write->Answer(std::move(member.status));
  }
  answering_.clear();
}

}  // namespace zerotouch::store::sqlite
