// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_WRITER_H_
#define ZEROTOUCH_STORE_SQLITE_WRITER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "store/device_ids.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/file_lock.h"
#include "store/store.h"

namespace zerotouch::store::sqlite {

// The one connection that writes, on a thread of its own.
//
// Mutations queue in the order in which they come. The thread takes the first,
// opens a transaction, runs it and every other that is waiting by then (each
// inside a savepoint, so that one that fails leaves the others alone), and
// commits once for all of them: N clients that change one device each share
// one sync, and a small mutation waits for at most what stands before it.
//
// The write-ahead log is copied into the file between transactions, when those
// who wait have their answer: once it is long, or when nobody writes.
class Writer {
 public:
  using Mutation = std::function<absl::Status(Transaction&)>;

  // The lock must outlive it.
  Writer(std::unique_ptr<Connection> db, FileLock& lock, const Clock& clock);
  // Finishes what waits.
  ~Writer();

  // As Store::Write. Thread-safe, but not from inside a mutation.
  absl::Status Write(const Mutation& mutation);

 private:
  struct Waiting {
    const Mutation& mutation;
    absl::Status status;
    bool done = false;
  };

  void Loop();
  // The next mutation; null at the end. While none comes, checkpoints.
  Waiting* AwaitNext();
  void Checkpoint();
  // Runs `first` and what else waits, in one transaction.
  void RunGroup(Waiting* first);
  absl::Status RunOne(const Mutation& mutation);
  Waiting* TakeNext();
  void Finish(std::span<Waiting* const> group);

  std::unique_ptr<Connection> db_;
  FileLock& lock_;
  DeviceIds ids_;

  std::mutex mutex_;
  std::condition_variable came_;  // something waits, or the end
  std::condition_variable done_;  // a group is over
  std::deque<Waiting*> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_WRITER_H_
