// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_WRITER_H_
#define ZEROTOUCH_STORE_SQLITE_WRITER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <thread>

#include "base/mutex.h"
#include "store/device_ids.h"
#include "store/sqlite/database.h"
#include "store/sqlite/file_lock.h"
#include "store/store.h"

namespace zerotouch::store::sqlite {

// The one connection that writes, on its own thread.
//
// Mutations are queued in order of arrival. The thread takes the first, begins a
// transaction, runs it and every other mutation that is queued by then (each
// inside a savepoint, so one that fails does not affect the others), and
// commits once for all of them: N clients that change one device each share
// one sync, and a small mutation waits for at most the ones before it.
//
// The write-ahead log is copied into the file between transactions, after the
// callers have their answers: once it is long, or when no mutation is queued.
class Writer {
 public:
  using Mutation = std::function<absl::Status(Transaction&)>;

  // `lock` must outlive the writer.
  Writer(std::unique_ptr<Database> db, FileLock& lock, const Clock& clock);
  // Runs the queued mutations first.
  ~Writer();

  // Runs the mutation as Store::Write. Thread-safe, but not from inside a mutation.
  absl::Status Write(const Mutation& mutation);

 private:
  struct Waiting {
    const Mutation& mutation;
    absl::Status status;
    bool done = false;
  };

  void Loop();
  // Waits for the next mutation; returns null to stop. Checkpoints when idle.
  Waiting* AwaitNext();
  void Checkpoint();
  // Runs `first` and the queued mutations in one transaction.
  void RunGroup(Waiting* first);
  absl::Status RunOne(const Mutation& mutation);
  // Takes the next queued mutation; null if the queue is empty.
  Waiting* TakeNext();
  Waiting* PopNext() ZT_REQUIRES(mutex_);
  void Finish(std::span<Waiting* const> group);

  std::unique_ptr<Database> db_;
  FileLock& lock_;
  DeviceIds ids_;

  Mutex mutex_;
  std::condition_variable came_;  // a mutation was queued, or stopping_ was set
  std::condition_variable done_;  // a group is done
  std::deque<Waiting*> queue_ ZT_GUARDED_BY(mutex_);
  bool stopping_ ZT_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_WRITER_H_
