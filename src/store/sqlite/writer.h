// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_WRITER_H_
#define ZEROTOUCH_STORE_SQLITE_WRITER_H_

#include <condition_variable>
#include <memory>
#include <thread>

#include "absl/time/time.h"
#include "base/mutex.h"
#include "store/sqlite/database.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/pool.h"
#include "store/sqlite/registry_files.h"
#include "store/sqlite/write_queue.h"
#include "store/store.h"

namespace zerotouch::store::sqlite {

// The one connection that writes, on its own thread, and a thread that looks after
// it: it refuses writes that wait too long. Thread-safe.
class Writer {
 public:
  Writer(std::unique_ptr<Database> db, std::shared_ptr<FileLock> lock, RegistryFiles files,
         std::shared_ptr<Pool> readers, const Clock& clock);
  // Runs the queued writes first, for at most limits::kStoreClose. Then refuses the
  // others, and leaves the thread behind if the disk does not answer.
  ~Writer();

  // As Store::Write, Store::WriteInGroup and Store::ShortenWaits.
  absl::Status Write(const QueuedWrite::Mutation& mutation);
  void WriteInGroup(Store::Work work, Store::WorkDone done);
  // Runs `alone` on the connection that writes, between two transactions. The errors are
  // its own and those of Write. Not on the thread that writes.
  absl::Status WriteAlone(const QueuedWrite::Alone& alone);
  void ShortenWaits(absl::Duration longest);

  // Returns OK if writes work, else errors::Unavailable. Waits for nothing.
  absl::Status CheckHealth() const;

 private:
  // Shared with the thread that writes, which may outlive the writer.
  struct State;

  void Watch();
  // Returns false if the thread that writes has not ended after `timeout`.
  bool AwaitEnd(absl::Duration timeout);
  void StopWatching();

  const std::shared_ptr<State> state_;
  Mutex mutex_;
  std::condition_variable stop_watching_;
  bool stopping_ ZT_GUARDED_BY(mutex_) = false;
  std::thread writing_;
  std::thread watching_;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_WRITER_H_
