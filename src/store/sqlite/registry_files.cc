// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/registry_files.h"

#include <sys/stat.h>

#include "store/sqlite/errors.h"

namespace zerotouch::store::sqlite {
namespace {

constexpr std::array<const char*, 3> kSuffixes = {"", "-wal", "-shm"};

}  // namespace

FileId IdOfDescriptor(int fd) {
  struct stat info = {};
  fstat(fd, &info);
  return {info.st_dev, info.st_ino};
}

std::optional<FileId> IdOfPath(const std::string& path) {
  struct stat info = {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return FileId{info.st_dev, info.st_ino};
}

absl::StatusOr<RegistryFiles> RegistryFiles::Open(const std::string& path, FileId id) {
  RegistryFiles files;
  for (size_t i = 0; i < kSuffixes.size(); ++i) {
    files.files_[i].path = path + kSuffixes[i];
    const std::optional<FileId> found = IdOfPath(files.files_[i].path);
    if (!found.has_value()) return Removed(files.files_[i].path);
    files.files_[i].id = *found;
  }
  if (files.files_[0].id != id) return Removed(path);
  return files;
}

absl::Status RegistryFiles::Check() const {
  for (const File& file : files_) {
    if (IdOfPath(file.path) != file.id) return Removed(file.path);
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::store::sqlite
