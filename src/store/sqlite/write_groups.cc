// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/write_groups.h"

#include <chrono>
#include <exception>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/fault.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {
namespace {

// A group takes no more writes after this time, so that its first members do not
// wait long for their commit.
constexpr auto kGroupTime = std::chrono::milliseconds(20);

// The log is copied into the file when it has this many pages (4 KiB each), even
// if writes are queued. This is rare enough that a page which several transactions
// changed is copied once, and frequent enough that the copy, which the next write
// waits for, takes about 20 ms.
constexpr int kLongLogPages = 4'000;

// The log is copied after this time without a write.
constexpr auto kIdleTime = std::chrono::milliseconds(200);

// The groups whose thread this is.
thread_local const WriteGroups* groups_of_this_thread = nullptr;

// Copies the status and its message. Plain copies share one reference-counted
// message, and ThreadSanitizer does not see how Abseil counts; several threads
// get this status.
absl::Status Unshared(const absl::Status& status) {
  return absl::Status(status.code(), status.message());
}

// Returns what `run` returns, or an error if an exception leaves it: that fails one
// call, not the process and the other writes of the group.
template <class Function>
absl::Status Guarded(const Function& run) {
  try {
    return run();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("out of memory");
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("a write threw an exception: ", error.what()));
  }
}

}  // namespace

WriteGroups::WriteGroups(std::unique_ptr<Database> db, FileLock& lock, WriteQueue& queue,
                         const Clock& clock)
    : db_(std::move(db)), lock_(lock), queue_(queue), ids_(clock) {
  db_->TakeOverCheckpoints();
  // A group is never larger than the queue was, so its list does not grow while it
  // runs and memory is short.
  group_.reserve(static_cast<size_t>(limits::kQueuedWrites));
}

void WriteGroups::Run() {
  groups_of_this_thread = this;
  while (AwaitNext()) {
    RunGroup();
    if (db_->LogPages() >= kLongLogPages) Checkpoint();
  }
  if (db_->LogPages() > 0) Checkpoint();
  groups_of_this_thread = nullptr;
}

bool WriteGroups::OnThisThread() const { return groups_of_this_thread == this; }

bool WriteGroups::AwaitNext() {
  if (db_->LogPages() > 0 && !queue_.AwaitWrite(SteadyClock::now() + kIdleTime) &&
      !queue_.closed()) {
    Checkpoint();
  }
  return queue_.AwaitWrite(SteadyClock::time_point::max());
}

// Pages that were not copied are left to the next checkpoint.
void WriteGroups::Checkpoint() {
  absl::Status status = lock_.LockWriting();
  if (status.ok()) status = db_->Checkpoint();
  lock_.UnlockWriting();
  if (!status.ok()) {
    log::Warning("cannot copy the log into the registry file", {{"error", MessageOf(status)}});
  }
}

absl::Status WriteGroups::Begin() {
  ZT_RETURN_IF_ERROR(lock_.LockWriting());
  return db_->Use("BEGIN IMMEDIATE").Run();
}

void WriteGroups::RunGroup() {
  absl::Status status = Begin();
  if (status.ok()) {
    status = RunQueued();
  } else {
    while (std::shared_ptr<QueuedWrite> write = queue_.Take()) write->Answer(Unshared(status));
  }
  if (status.ok()) status = fault::At("store.commit");
  if (status.ok()) status = db_->Use("COMMIT").Run();
  if (db_->InTransaction()) db_->Use("ROLLBACK").Run().IgnoreError();
  lock_.UnlockWriting();
  AnswerGroup(status);
}

absl::Status WriteGroups::RunQueued() {
  const SteadyClock::time_point start = SteadyClock::now();
  do {
    std::shared_ptr<QueuedWrite> write = queue_.Take();
    if (write == nullptr) break;
    group_.push_back({.write = std::move(write), .status = absl::OkStatus()});
    Member& member = group_.back();
    member.status = RunMember(member);
    if (!db_->InTransaction()) return absl::UnavailableError("the transaction was lost");
  } while (SteadyClock::now() - start < kGroupTime && group_.size() < group_.capacity());
  return absl::OkStatus();
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
    SqliteTransaction transaction(*db_, ids_);
    return mutation(transaction);
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
  for (Member& member : group_) {
    // Its own error may come from what the group wrote, but then lost.
    if (!status.ok()) member.status = Unshared(status);
    member.write->Answer(std::move(member.status));
  }
  group_.clear();
}

}  // namespace zerotouch::store::sqlite
