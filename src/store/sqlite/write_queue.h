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

// A write from its arrival to its answer: a mutation, for whose answer a thread
// waits, or work with a callback.
//
// It is shared, because a caller whose commit is stuck gets an answer and leaves,
// while the thread that writes still has the write in its group.
class QueuedWrite {
 public:
  using Mutation = std::function<absl::Status(Transaction&)>;

  // `mutation` must live until it was run or answered.
  explicit QueuedWrite(const Mutation& mutation) : mutation_(&mutation) {}
  QueuedWrite(Store::Work work, Store::WorkDone done)
      : work_(std::move(work)), done_(std::move(done)) {}
  QueuedWrite(const QueuedWrite&) = delete;
  QueuedWrite& operator=(const QueuedWrite&) = delete;

  // Returns the mutation, or null if this is work.
  const Mutation* mutation() const { return mutation_; }
  // Runs the work and destroys what it captured.
  void RunWork();

  // Gives the caller its answer: wakes the thread that waits, or calls the
  // callback. Only the first call has an effect. Thread-safe.
  void Answer(absl::Status status);
  // Waits for the answer to a mutation.
  absl::Status AwaitAnswer();

  SteadyClock::time_point queued;  // when it was added to the queue

 private:
  const Mutation* const mutation_ = nullptr;
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
  // Removes the oldest write and returns it; null if the queue is empty.
  std::shared_ptr<QueuedWrite> Take();

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
