// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/inspection.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/status_macros.h"
#include "store/sqlite/database.h"
#include "store/sqlite/errors.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite/schema.h"

namespace zerotouch::store::sqlite {
namespace {

absl::Status CannotCreate(const std::string& path) {
  return absl::FailedPreconditionError(
      fmt::format("cannot create {}: {}; use a path in a folder that exists and is writable", path,
                  strerror(errno)));
}

// Checks that a file can be created at `path`.
absl::Status CheckFolderOf(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? std::string(".") : parent.string();
  return access(folder.c_str(), W_OK | X_OK) == 0 ? absl::OkStatus() : CannotCreate(path);
}

absl::StatusOr<FileMarks> MarksOf(const std::string& path) {
  // To open a file without a log SQLite would create one. Such a file has its marks in
  // its header; where there is a log, they may be in that.
  std::error_code error;
  if (std::filesystem::exists(path + "-wal", error)) {
    ZT_ASSIGN_OR_RETURN(const std::unique_ptr<Database> db, Database::Open(path, Access::kRead));
    return ReadMarks(*db, path);
  }
  std::ifstream file(path, std::ios::binary);
  std::string header(100, '\0');
  file.read(header.data(), static_cast<std::streamsize>(header.size()));
  header.resize(static_cast<size_t>(file.gcount()));
  return MarksOfHeader(header, path);
}

}  // namespace

absl::StatusOr<Inspection> InspectFile(const std::string& path) {
  Inspection found = {.newest = static_cast<int64_t>(Migrations().size())};
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) {
    ZT_RETURN_IF_ERROR(CheckFolderOf(path));
    return found;
  }
  if (access(path.c_str(), R_OK | W_OK) != 0) {
    return absl::FailedPreconditionError(fmt::format(
        "cannot open {}: {}; run zerotouchd as the owner of the file", path, strerror(errno)));
  }
  const absl::StatusOr<FileMarks> marks = MarksOf(path);
  ZT_RETURN_IF_ERROR(CannotUse(path, marks.status()));
  ZT_RETURN_IF_ERROR(CheckMarks(*marks, path));
  found.schema = marks->version;
  found.served = FileLock::IsServed(path);
  return found;
}

}  // namespace zerotouch::store::sqlite
