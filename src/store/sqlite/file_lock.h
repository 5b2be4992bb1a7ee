// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_FILE_LOCK_H_
#define ZEROTOUCH_STORE_SQLITE_FILE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace zerotouch::store::sqlite {

// Locks between the processes that use one registry file, kept on a file of
// their own beside it, `<registry>-lock`. They end with the process, however
// it ends (Linux open file description locks, fcntl(2)).
//
// SQLite has its own locks; these are for what it does not promise: one server
// at a time, and one process at a time that writes or checkpoints.
class FileLock {
 public:
  // Opens (and creates) the lock file of the registry at `registry`.
  // FAILED_PRECONDITION, in a line that says what to do, if it cannot be made.
  static absl::StatusOr<std::unique_ptr<FileLock>> OpenBeside(const std::string& registry);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Takes the place of the one server, for as long as this object lives. False
  // if another process has it.
  absl::StatusOr<bool> TryBecomeServer();

  // Takes and gives back the right to write; waits for it.
  absl::Status LockWriting();
  void UnlockWriting();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_FILE_LOCK_H_
