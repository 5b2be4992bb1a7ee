// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_FILE_LOCK_H_
#define ZEROTOUCH_STORE_SQLITE_FILE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/sqlite/registry_files.h"

namespace zerotouch::store::sqlite {

// Locks between the processes that use one registry file. They end with the process
// even if it is killed (Linux open file description locks, fcntl(2)).
//
// They add guarantees that SQLite's own locks do not give: one server at a time,
// and one process at a time that writes or checkpoints. The server's lock is on the
// registry file itself, so that every name of the file (a symbolic link, a hard
// link in another folder) leads to it. The other locks are on a separate file,
// `<registry>-lock`, beside the resolved name.
//
// Thread-safe, except that one thread at a time locks and unlocks writing.
class FileLock {
 public:
  // Opens the registry file and its lock file, creating them if they are missing.
  // FAILED_PRECONDITION, in one line that says what to do, if that fails.
  static absl::StatusOr<std::unique_ptr<FileLock>> Open(const std::string& registry);
  // Destroy it after every database connection of this object's user: closing a
  // file drops the locks that SQLite has on it.
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Returns the path of the registry file without symbolic links.
  const std::string& path() const { return path_; }
  // Returns the id of the registry file.
  FileId id() const;

  // Locks the right to be the server until this object is destroyed. Returns false
  // if another process has it.
  absl::StatusOr<bool> TryBecomeServer();
  // Returns true if a server has the registry file open. Creates and locks nothing.
  static bool IsServed(const std::string& registry);
  // Returns true if a server has opened the file by another hard link. Its log is
  // beside that name, so what is read or written by this name would be lost.
  bool ServedByAnotherName() const;

  // Locks the right to write. Returns false if another process has it.
  absl::StatusOr<bool> TryLockWriting();
  // The same, but waits. UNAVAILABLE after `timeout`.
  absl::Status LockWriting(absl::Duration timeout);
  void UnlockWriting();
  // Returns true if another process waits to write. A process that writes all the
  // time must pause then, because the kernel does not queue these locks.
  bool OthersWait() const;
  // Says that this process waits to write, or no longer does.
  void SetWaiting(bool waiting);

 private:
  FileLock(std::string path, int registry_fd, int lock_fd)
      : path_(std::move(path)), registry_fd_(registry_fd), lock_fd_(lock_fd) {}

  const std::string path_;
  const int registry_fd_;
  const int lock_fd_;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_FILE_LOCK_H_
