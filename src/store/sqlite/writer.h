// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_WRITER_H_
#define ZEROTOUCH_STORE_SQLITE_WRITER_H_

#include <memory>
#include <thread>

#include "store/sqlite/database.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/write_groups.h"
#include "store/sqlite/write_queue.h"
#include "store/store.h"

namespace zerotouch::store::sqlite {

// The one connection that writes, on its own thread. Thread-safe.
class Writer {
 public:
  // `lock` must outlive the writer.
  Writer(std::unique_ptr<Database> db, FileLock& lock, const Clock& clock);
  // Runs the queued writes first.
  ~Writer();

  // As Store::Write and Store::WriteInGroup.
  absl::Status Write(const QueuedWrite::Mutation& mutation);
  void WriteInGroup(Store::Work work, Store::WorkDone done);

 private:
  WriteQueue queue_;
  WriteGroups groups_;
  std::thread thread_;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_WRITER_H_
