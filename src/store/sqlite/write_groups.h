// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_WRITE_GROUPS_H_
#define ZEROTOUCH_STORE_SQLITE_WRITE_GROUPS_H_

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "store/device_ids.h"
#include "store/sqlite/database.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/pool.h"
#include "store/sqlite/registry_files.h"
#include "store/sqlite/write_health.h"
#include "store/sqlite/write_queue.h"

namespace zerotouch::store::sqlite {

// Writes what is queued, in groups.
//
// The thread that calls Run begins a transaction, runs the queued writes in order of
// arrival (each inside a savepoint, so one that fails does not affect the others),
// and commits once for all of them: N clients that change one device each share one
// sync, and a small write waits for at most the ones before it.
//
// A write leaves the queue only after the transaction has begun. So a write that
// waits for another process, or for a group that is stuck, can be refused and is
// certainly not done.
//
// The write-ahead log is copied into the file between transactions, after the
// callers have their answers: once it is long, or when nothing is queued.
class WriteGroups {
 public:
  using Mutation = QueuedWrite::Mutation;

  // The references must outlive the groups.
  WriteGroups(std::unique_ptr<Database> db, FileLock& lock, const RegistryFiles& files,
              Pool& readers, WriteQueue& queue, WriteHealth& health, const Clock& clock);

  // Writes until the queue is closed and empty.
  void Run();

  // Returns true on the thread that calls Run. Thread-safe.
  bool OnThisThread() const;
  // Runs the mutation inside the work that calls this, as Store::Write. Only on the
  // thread of Run; INTERNAL if no work is running, or a mutation of it.
  absl::Status WriteInside(const Mutation& mutation);

  // Answers the writes of a group that began before `then` and has not ended, except
  // the one that is running: with UNAVAILABLE, and the group is undone when it goes
  // on; or with UNKNOWN if it is in its commit. Thread-safe.
  void GiveUp(SteadyClock::time_point then);

 private:
  // A write that has begun. Its status counts once it was run.
  struct Member {
    std::shared_ptr<QueuedWrite> write;
    absl::Status status;
  };
  enum class Phase { kRunning, kCommitting, kGivenUp };
  // The work that is running.
  struct RunningWork {
    bool wrote = false;
    bool in_mutation = false;
  };

  // Waits for the next write; returns false to stop. Checkpoints when idle. Also
  // returns true, while writes fail, when it is time to find out whether they work.
  bool AwaitNext();
  void Checkpoint();
  void RunGroup();
  // Runs the next write, which runs alone.
  void RunAlone();
  // Locks the right to write and begins a transaction. Waits for other processes
  // while writes are queued.
  absl::Status Begin();
  absl::Status LockWriting();
  // Runs queued writes until the queue is empty or the time of the group is up.
  // Returns an error if the transaction was lost.
  absl::Status RunQueued();
  // Adds the next write of the queue to the group; null if the queue is empty.
  Member* TakeNext();
  absl::Status RunMember(Member& member);
  absl::Status RunMutation(const Mutation& mutation);
  // Runs the work. Sets `wrote` to true if it wrote, even if nothing of it is kept.
  absl::Status RunWork(QueuedWrite& work, bool& wrote);
  // Ends the savepoint, and undoes what was written in it if `status` is an error.
  // Returns `status`, or an error if the transaction was lost.
  absl::Status EndSavepoint(absl::Status status, const char* undo, const char* release);
  // Commits, unless the group was given up. Nothing is acknowledged that is not in
  // the files that a restart would open.
  absl::Status Commit();
  // Makes sure that a commit that failed is not found at a restart. Returns `status`,
  // or UNKNOWN if that fails too.
  absl::Status EraseCommit(const absl::Status& status);
  // Ends the transaction if it is open, and unlocks the right to write.
  void EndTransaction();
  // Answers the members, which get `status` if it is an error.
  void AnswerGroup(const absl::Status& status);
  // Writes fail for `reason`; the next groups find out when they work again.
  absl::Status Fail(std::string_view reason, const absl::Status& status);

  const std::unique_ptr<Database> db_;
  FileLock& lock_;
  const RegistryFiles& files_;
  Pool& readers_;
  WriteQueue& queue_;
  WriteHealth& health_;
  DeviceIds ids_;
  RunningWork* running_ = nullptr;
  // The next group also changes the file itself, because an earlier write failed.
  bool probe_ = false;
  SteadyClock::time_point next_probe_;
  SteadyClock::duration commit_time_{};  // of the last commit
  int last_members_ = 0;                 // of the last group
  std::vector<Member> answering_;        // empty; keeps its memory

  Mutex mutex_;
  // A member stays where it is, and only the thread of Run reads and writes its
  // status.
  std::vector<Member> group_ ZT_GUARDED_BY(mutex_);
  Phase phase_ ZT_GUARDED_BY(mutex_) = Phase::kRunning;
  SteadyClock::time_point began_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_WRITE_GROUPS_H_
