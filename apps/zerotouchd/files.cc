// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/status_macros.h"
#include "terminal/typed_text.h"

namespace zerotouch::daemon {
namespace {

constexpr size_t kSmallFileBytes = size_t{1} << 20;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

absl::Status Cannot(std::string_view verb, const std::string& path, int error) {
  return absl::FailedPreconditionError(
      fmt::format("cannot {} {}: {}; check the path, its owner and the free disk space", verb,
                  terminal::WithoutPasswords(path), strerror(error)));
}

absl::Status Exists(const std::string& path) {
  return absl::AlreadyExistsError(fmt::format(
      "{} already exists; move it away, or give another path", terminal::WithoutPasswords(path)));
}

absl::Status Sync(int fd, const std::string& path) {
  return fsync(fd) == 0 ? absl::OkStatus() : Cannot("write", path, errno);
}

// Syncs the folder, so that the name of a new file survives a crash.
absl::Status SyncFolderOf(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? std::string(".") : parent.string();
  const Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || fsync(fd.get()) != 0) return Cannot("write", folder, errno);
  return absl::OkStatus();
}

absl::Status WriteNewFile(const std::string& path, std::string_view content, bool durable) {
  const Descriptor fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd.get() < 0 && errno == EEXIST) return Exists(path);
  if (fd.get() < 0) return Cannot("create", path, errno);
  absl::Status status = WriteAll(fd.get(), path, content);
  if (status.ok() && durable) status = Sync(fd.get(), path);
  if (!status.ok()) unlink(path.c_str());
  return status;
}

// Reads at most `most` bytes.
absl::StatusOr<std::string> ReadUpTo(int fd, const std::string& path, size_t most) {
  constexpr size_t kPieceBytes = size_t{1} << 20;
  std::string content;
  for (;;) {
    const size_t size = content.size();
    const size_t piece = std::min(kPieceBytes, most - size);
    if (piece == 0) return content;
    content.resize(size + piece);
    const ssize_t got = read(fd, content.data() + size, piece);
    const int error = errno;
    content.resize(size + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return content;
    if (got < 0 && error != EINTR) return Cannot("read", path, error);
  }
}

}  // namespace

absl::Status WriteAll(int fd, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Cannot("write", path, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> ReadSmallFile(const std::string& path) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0 && errno == ENOENT) return std::nullopt;
  if (fd.get() < 0) return Cannot("read", path, errno);
  return ReadUpTo(fd.get(), path, kSmallFileBytes);
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path, size_t most) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return Cannot("read", path, errno);
  ZT_ASSIGN_OR_RETURN(std::string content, ReadUpTo(fd.get(), path, most + 1));
  if (content.size() <= most) return content;
  return absl::InvalidArgumentError(fmt::format("{} has more than {} bytes; give a smaller file",
                                                terminal::WithoutPasswords(path), most));
}

absl::Status ReplaceFile(const std::string& path, std::string_view content, bool durable) {
  const std::string temporary = path + ".new";
  unlink(temporary.c_str());  // left by a crash
  ZT_RETURN_IF_ERROR(WriteNewFile(temporary, content, durable));
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    return Cannot("write", path, error);
  }
  return durable ? SyncFolderOf(path) : absl::OkStatus();
}

absl::Status CreateFile(const std::string& path, std::string_view content) {
  ZT_RETURN_IF_ERROR(WriteNewFile(path, content, /*durable=*/true));
  absl::Status status = SyncFolderOf(path);
  if (!status.ok()) unlink(path.c_str());
  return status;
}

absl::StatusOr<std::unique_ptr<NewFile>> NewFile::Open(const std::string& path, bool overwrite) {
  struct stat info = {};
  if (!overwrite && lstat(path.c_str(), &info) == 0) return Exists(path);
  const std::string part = path + ".part";
  unlink(part.c_str());  // left by a crash
  const int fd = open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Cannot("create", part, errno);
  return std::unique_ptr<NewFile>(new NewFile(path, fd, overwrite));
}

NewFile::~NewFile() {
  if (IsOurs()) unlink(part_.c_str());
  close(fd_);
}

bool NewFile::IsOurs() const {
  struct stat ours = {};
  struct stat named = {};
  return fstat(fd_, &ours) == 0 && stat(part_.c_str(), &named) == 0 &&
         ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

absl::Status NewFile::Write(std::string_view bytes) { return WriteAll(fd_, path_, bytes); }

absl::Status NewFile::Commit() {
  ZT_RETURN_IF_ERROR(Sync(fd_, path_));
  if (!IsOurs()) {
    return absl::AbortedError(fmt::format("another process writes {} too; give another path",
                                          terminal::WithoutPasswords(path_)));
  }
  if (renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path_.c_str(),
                overwrite_ ? 0 : RENAME_NOREPLACE) != 0) {
    return errno == EEXIST ? Exists(path_) : Cannot("write", path_, errno);
  }
  return SyncFolderOf(path_);
}

absl::StatusOr<std::unique_ptr<OwnedFolder>> OwnedFolder::Open(const std::string& path) {
  std::error_code error;
  std::filesystem::path folder = std::filesystem::absolute(path, error).lexically_normal();
  if (!error && !folder.has_filename()) folder = folder.parent_path();  // a trailing slash
  if (!error) std::filesystem::create_directories(folder.parent_path(), error);
  if (error) return Cannot("create the folder", path, error.value());
  const std::string name = folder.string();
  if (mkdir(name.c_str(), 0700) != 0 && errno != EEXIST) {
    return Cannot("create the folder", name, errno);
  }
  if (access(name.c_str(), W_OK | X_OK) != 0) return Cannot("write in the folder", name, errno);
  const int fd = open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Cannot("open the folder", name, errno);
  std::unique_ptr<OwnedFolder> owned(new OwnedFolder(name, fd));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(fmt::format(
        "{} is in use by another zerotouchd; stop it first, or give another --data-dir", name));
  }
  return owned;
}

OwnedFolder::~OwnedFolder() { close(fd_); }

}  // namespace zerotouch::daemon
