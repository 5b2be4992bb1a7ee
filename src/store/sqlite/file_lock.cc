// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/mutex.h"
#include "base/status_macros.h"

namespace zerotouch::store::sqlite {
namespace {

// The byte of the lock file for each right.
constexpr off_t kServerByte = 0;
constexpr off_t kWritingByte = 1;
constexpr off_t kWaitingByte = 2;

// The byte of the registry file for the server: far from SQLite's locks, which are
// at 1 GiB (sqlite.org/fileformat2.html, "The Lock-Byte Page"), and from any page.
constexpr off_t kServerByteOfRegistry = off_t{1} << 62;

constexpr absl::Duration kLockPoll = absl::Milliseconds(1);

struct flock Range(short type, off_t byte) {
  struct flock range = {};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  range.l_start = byte;
  range.l_len = 1;
  return range;
}

// Returns false if another process has a lock that conflicts.
absl::StatusOr<bool> TryLock(int fd, short type, off_t byte) {
  struct flock range = Range(type, byte);
  while (fcntl(fd, F_OFD_SETLK, &range) != 0) {
    if (errno == EAGAIN || errno == EACCES) return false;
    if (errno != EINTR) {
      return absl::UnavailableError(fmt::format("cannot lock the registry: {}", strerror(errno)));
    }
  }
  return true;
}

void Unlock(int fd, off_t byte) { TryLock(fd, F_UNLCK, byte).IgnoreError(); }

// Returns true if another process has a lock on the byte.
bool IsLocked(int fd, off_t byte) {
  struct flock range = Range(F_WRLCK, byte);
  return fcntl(fd, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

// The descriptors of registry files in this process. Closing one of a file drops
// the POSIX locks that the process has on it, among them those of SQLite's
// connections (fcntl(2)), so they are closed together, after the last.
class Descriptors {
 public:
  static Descriptors& OfProcess() {
    static auto* const all = new Descriptors();
    return *all;
  }

  void Add(int fd) {
    const MutexLock lock(mutex_);
    ++files_[IdOfDescriptor(fd)].open;
  }
  void Close(int fd) {
    const MutexLock lock(mutex_);
    const auto file = files_.find(IdOfDescriptor(fd));
    file->second.to_close.push_back(fd);
    if (--file->second.open > 0) return;
    for (const int each : file->second.to_close) close(each);
    files_.erase(file);
  }

 private:
  struct File {
    int open = 0;
    std::vector<int> to_close;
  };

  Mutex mutex_;
  std::map<FileId, File> files_ ZT_GUARDED_BY(mutex_);
};

absl::Status CannotOpen(const std::string& path) {
  return absl::FailedPreconditionError(
      fmt::format("cannot open {}: {}; use a path in a folder that exists and is writable", path,
                  strerror(errno)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Open(const std::string& registry) {
  // The mode with which SQLite creates files.
  const int registry_fd = open(registry.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (registry_fd < 0) return CannotOpen(registry);
  Descriptors::OfProcess().Add(registry_fd);
  const std::unique_ptr<char, decltype(&std::free)> resolved(realpath(registry.c_str(), nullptr),
                                                             &std::free);
  const std::string path = resolved == nullptr ? registry : resolved.get();
  const int lock_fd = open((path + "-lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_fd < 0) {
    absl::Status status = CannotOpen(path + "-lock");
    Descriptors::OfProcess().Close(registry_fd);
    return status;
  }
  return std::unique_ptr<FileLock>(new FileLock(path, registry_fd, lock_fd));
}

FileLock::~FileLock() {
  Unlock(registry_fd_, kServerByteOfRegistry);  // it may stay open
  Descriptors::OfProcess().Close(registry_fd_);
  close(lock_fd_);
}

FileId FileLock::id() const { return IdOfDescriptor(registry_fd_); }

absl::StatusOr<bool> FileLock::TryBecomeServer() {
  // In this order, so that a server is never seen under its own name without its
  // lock there.
  ZT_ASSIGN_OR_RETURN(const bool by_name, TryLock(lock_fd_, F_WRLCK, kServerByte));
  if (!by_name) return false;
  absl::StatusOr<bool> only = TryLock(registry_fd_, F_WRLCK, kServerByteOfRegistry);
  if (!only.ok() || !*only) Unlock(lock_fd_, kServerByte);
  return only;
}

bool FileLock::IsServed(const std::string& registry) {
  const int fd = open(registry.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  Descriptors::OfProcess().Add(fd);
  const bool served = IsLocked(fd, kServerByteOfRegistry);
  Descriptors::OfProcess().Close(fd);
  return served;
}

bool FileLock::ServedByAnotherName() const {
  return IsLocked(registry_fd_, kServerByteOfRegistry) && !IsLocked(lock_fd_, kServerByte);
}

absl::StatusOr<bool> FileLock::TryLockWriting() { return TryLock(lock_fd_, F_WRLCK, kWritingByte); }

absl::Status FileLock::LockWriting(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  ZT_ASSIGN_OR_RETURN(bool locked, TryLockWriting());
  if (locked) return absl::OkStatus();
  SetWaiting(true);
  while (!locked && absl::Now() < deadline) {
    absl::SleepFor(kLockPoll);
    absl::StatusOr<bool> again = TryLockWriting();
    if (!again.ok()) break;
    locked = *again;
  }
  SetWaiting(false);
  if (locked) return absl::OkStatus();
  return absl::UnavailableError("another process is writing to the registry");
}

void FileLock::UnlockWriting() { Unlock(lock_fd_, kWritingByte); }

bool FileLock::OthersWait() const { return IsLocked(lock_fd_, kWaitingByte); }

void FileLock::SetWaiting(bool waiting) {
  TryLock(lock_fd_, waiting ? F_RDLCK : F_UNLCK, kWaitingByte).IgnoreError();
}

}  // namespace zerotouch::store::sqlite
