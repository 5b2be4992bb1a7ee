// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_REGISTRY_FILES_H_
#define ZEROTOUCH_STORE_SQLITE_REGISTRY_FILES_H_

#include <sys/types.h>

#include <array>
#include <compare>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace zerotouch::store::sqlite {

// Identifies a file whatever its names are.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;
  auto operator<=>(const FileId&) const = default;
};

// Returns the id of an open file.
FileId IdOfDescriptor(int fd);
// Returns the id of the file that `path` names, or nullopt if it names none.
std::optional<FileId> IdOfPath(const std::string& path);

// The three files of a registry that connections have open: the database, its
// write-ahead log, and the index of the log. Knows whether their names still lead to
// them: what is written into a file without its name is lost at the next start.
// Thread-safe.
class RegistryFiles {
 public:
  // Notes the files of the registry at `path`, whose symbolic links are resolved. A
  // connection must have them open. UNAVAILABLE if the registry is not the file `id`
  // or a file is missing.
  static absl::StatusOr<RegistryFiles> Open(const std::string& path, FileId id);

  // Returns OK if each name leads to the file that was noted and the database is not empty,
  // else UNAVAILABLE. Reads three directory entries.
  absl::Status Check() const;

 private:
  RegistryFiles() = default;

  struct File {
    std::string path;
    FileId id;
  };
  std::array<File, 3> files_;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_REGISTRY_FILES_H_
