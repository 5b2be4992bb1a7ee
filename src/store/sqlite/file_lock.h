// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_FILE_LOCK_H_
#define ZEROTOUCH_STORE_SQLITE_FILE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace zerotouch::store::sqlite {

// Locks between the processes that use one registry file. They are on a separate
// file, `<registry>-lock`, and end with the process even if it is killed (Linux
// open file description locks, fcntl(2)).
//
// They add guarantees that SQLite's own locks do not give: one server at a time,
// and one process at a time that writes or checkpoints.
class FileLock {
 public:
  // Opens the lock file of the registry at `registry`, creating it if needed.
  // FAILED_PRECONDITION, in one line that says what to do, if that fails.
  static absl::StatusOr<std::unique_ptr<FileLock>> OpenBeside(const std::string& registry);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Locks the right to be the server until this object is destroyed. Returns false
  // if another process has it.
  absl::StatusOr<bool> TryBecomeServer();

  // Locks and unlocks the right to write. Locking waits.
  absl::Status LockWriting();
  void UnlockWriting();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_FILE_LOCK_H_
