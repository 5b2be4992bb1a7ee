// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_WRITE_QUEUE_H_
#define ZEROTOUCH_STORE_SQLITE_WRITE_QUEUE_H_

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "store/store.h"

namespace zerotouch::store::sqlite {

using SteadyClock = std::chrono::steady_clock;

class Database;

// A write from its arrival to its answer: a mutation or a write that runs alone, for
// whose answer a thread waits, or work with a callback.
//
// It is shared, because a caller whose commit is stuck gets an answer and leaves,
// while the thread that writes still has the write in its group.
class QueuedWrite {
 public:
  using Mutation = std::function<absl::Status(Transaction&)>;
  // Runs outside of any transaction and of any group.
  using Alone = std::function<absl::Status(Database&)>;

  // The function must live until it was run or answered.
  explicit QueuedWrite(const Mutation& mutation) : mutation_(&mutation) {}
  explicit QueuedWrite(const Alone& alone) : alone_(&alone) {}
  QueuedWrite(Store::Work work, Store::WorkDone done)
      : work_(std::move(work)), done_(std::move(done)) {}
  QueuedWrite(const QueuedWrite&) = delete;
  QueuedWrite& operator=(const QueuedWrite&) = delete;

  // Return the mutation, or null, and what runs alone, or null. Both are null for work.
  const Mutation* mutation() const { return mutation_; }
  const Alone* alone() const { return alone_; }
  // Runs the work and destroys what it captured.
  void RunWork();

  // Gives the caller its answer: wakes the thread that waits, or calls the
  // callback. Only the first call has an effect. Thread-safe.
  void Answer(absl::Status status);
  // Waits for the answer to anything but work.
  absl::Status AwaitAnswer();

  SteadyClock::time_point queued;  // when it was added to the queue

 private:
  const Mutation* const mutation_ = nullptr;
  const Alone* const alone_ = nullptr;
  Store::Work work_;

  Mutex mutex_;
  std::condition_variable was_answered_;
  Store::WorkDone done_ ZT_GUARDED_BY(mutex_);
  absl::Status status_ ZT_GUARDED_BY(mutex_);
  bool answered_ ZT_GUARDED_BY(mutex_) = false;
};

// The writes that have not begun, in order of arrival. Thread-safe.
class WriteQueue {
 public:
  WriteQueue();

  // Appends a write. RESOURCE_EXHAUSTED if the queue is full, UNAVAILABLE if it is
  // closed.
  absl::Status Add(std::shared_ptr<QueuedWrite> write);

  // Waits until a write is queued, the queue is closed, or `until`. Returns true if
  // a write is queued.
  bool AwaitWrite(SteadyClock::time_point until);
  // Waits for `time` between two attempts of the writer. Returns false, without
  // waiting, if no write is queued: then no caller needs another attempt.
  bool Pause(std::chrono::microseconds time);
  // Removes the oldest write and returns it; null if the queue is empty or the oldest
  // write runs alone.
  std::shared_ptr<QueuedWrite> Take() { return TakeIf(/*alone=*/false); }
  // The same for a write that runs alone.
  std::shared_ptr<QueuedWrite> TakeAlone() { return TakeIf(/*alone=*/true); }
  // Returns true if the oldest write runs alone.
  bool NextIsAlone() const;

  // Sets how long writes may wait; limits::kWriteWait by default.
  void SetLongestWait(std::chrono::milliseconds time);
  std::chrono::milliseconds longest_wait() const;
  // Removes the writes that have waited too long and answers them with UNAVAILABLE.
  void RefuseLate();
  // The same for all writes.
  void RefuseAll();

  // Refuses what is added from now on.
  void Close();
  bool closed() const;

 private:
  std::shared_ptr<QueuedWrite> TakeIf(bool alone);
  // Removes the writes that were queued before `then` and refuses them.
  void RefuseOlderThan(SteadyClock::time_point then);

  mutable Mutex mutex_;
  std::condition_variable came_;     // a write was queued, or the queue was closed
  std::condition_variable refused_;  // writes were refused
  std::deque<std::shared_ptr<QueuedWrite>> writes_ ZT_GUARDED_BY(mutex_);
  std::chrono::milliseconds longest_wait_ ZT_GUARDED_BY(mutex_);
  bool closed_ ZT_GUARDED_BY(mutex_) = false;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_WRITE_QUEUE_H_
