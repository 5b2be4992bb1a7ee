// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace zerotouch::store::sqlite {
namespace {

// The byte of the lock file for each right.
constexpr off_t kServerByte = 0;
constexpr off_t kWritingByte = 1;

// Returns 0 or an errno.
int SetLock(int fd, short type, off_t byte, bool wait) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = byte;
  lock.l_len = 1;
  while (fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::OpenBeside(const std::string& registry) {
  const std::string path = registry + "-lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return absl::FailedPreconditionError(
        fmt::format("cannot open {}: {}; use a path in a folder that exists and is writable", path,
                    strerror(errno)));
  }
  return std::unique_ptr<FileLock>(new FileLock(fd));
}

FileLock::~FileLock() { close(fd_); }

absl::StatusOr<bool> FileLock::TryBecomeServer() {
  const int error = SetLock(fd_, F_WRLCK, kServerByte, /*wait=*/false);
  if (error == 0) return true;
  if (error == EAGAIN || error == EACCES) return false;
  return absl::UnavailableError(fmt::format("cannot lock the registry: {}", strerror(error)));
}

absl::Status FileLock::LockWriting() {
  const int error = SetLock(fd_, F_WRLCK, kWritingByte, /*wait=*/true);
  if (error == 0) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("cannot lock the registry: {}", strerror(error)));
}

void FileLock::UnlockWriting() { SetLock(fd_, F_UNLCK, kWritingByte, /*wait=*/false); }

}  // namespace zerotouch::store::sqlite
