// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/registry_files.h"

#include <sys/stat.h>

#include "store/sqlite/errors.h"

namespace zerotouch::store::sqlite {
namespace {

constexpr std::array<const char*, 3> kSuffixes = {"", "-wal", "-shm"};
constexpr size_t kDatabase = 0;  // the index of the registry itself

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
  if (files.files_[kDatabase].id != id) return Removed(path);
  return files;
}

absl::Status RegistryFiles::Check() const {
  for (size_t i = 0; i < files_.size(); ++i) {
    const File& file = files_[i];
    struct stat info = {};
    if (stat(file.path.c_str(), &info) != 0 || FileId{info.st_dev, info.st_ino} != file.id) {
      return Removed(file.path);
    }
    // SQLite keeps the pages that it has read and does not notice.
    if (i == kDatabase && info.st_size == 0) return Emptied(file.path);
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::store::sqlite
