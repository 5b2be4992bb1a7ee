// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_WRITE_GROUPS_H_
#define ZEROTOUCH_STORE_SQLITE_WRITE_GROUPS_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "store/device_ids.h"
#include "store/sqlite/database.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/write_queue.h"

namespace zerotouch::store::sqlite {

// Writes what is queued, in groups. For one thread, which calls Run; only
// OnThisThread is for all.
//
// The thread begins a transaction, runs the queued writes in order of arrival (each
// inside a savepoint, so one that fails does not affect the others), and commits
// once for all of them: N clients that change one device each share one sync, and a
// small write waits for at most the ones before it.
//
// The write-ahead log is copied into the file between transactions, after the
// callers have their answers: once it is long, or when nothing is queued.
class WriteGroups {
 public:
  using Mutation = QueuedWrite::Mutation;

  // `queue` and `lock` must outlive the groups.
  WriteGroups(std::unique_ptr<Database> db, FileLock& lock, WriteQueue& queue, const Clock& clock);

  // Writes until the queue is closed and empty.
  void Run();

  // Returns true on the thread that calls Run.
  bool OnThisThread() const;
  // Runs the mutation inside the work that calls this, as Store::Write. Only on the
  // thread of Run; INTERNAL if no work is running, or a mutation of it.
  absl::Status WriteInside(const Mutation& mutation);

 private:
  // A write that has begun. Its status counts once it was run.
  struct Member {
    std::shared_ptr<QueuedWrite> write;
    absl::Status status;
  };
  // The work that is running.
  struct RunningWork {
    bool wrote = false;
    bool in_mutation = false;
  };

  // Waits for the next write; returns false to stop. Checkpoints when idle.
  bool AwaitNext();
  void Checkpoint();
  void RunGroup();
  // Locks the right to write and begins a transaction.
  absl::Status Begin();
  // Runs queued writes until the queue is empty or the time of the group is up. Returns
  // an error if the transaction was lost.
  absl::Status RunQueued();
  absl::Status RunMember(Member& member);
  absl::Status RunMutation(const Mutation& mutation);
  // Runs the work. Sets `wrote` to true if it wrote, even if nothing of it is kept.
  absl::Status RunWork(QueuedWrite& work, bool& wrote);
  // Ends the savepoint, and undoes what was written in it if `status` is an error.
  // Returns `status`, or an error if the transaction was lost.
  absl::Status EndSavepoint(absl::Status status, const char* undo, const char* release);
  // Answers the members, which get `status` if it is an error.
  void AnswerGroup(const absl::Status& status);

  const std::unique_ptr<Database> db_;
  FileLock& lock_;
  WriteQueue& queue_;
  DeviceIds ids_;
  std::vector<Member> group_;
  RunningWork* running_ = nullptr;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_WRITE_GROUPS_H_
