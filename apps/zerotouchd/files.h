// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_FILES_H_
#define ZEROTOUCH_ZEROTOUCHD_FILES_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Files with keys and secrets, or that say where a server is. Every error is one
// line that names the path and says what to do.
namespace zerotouch::daemon {

// Writes all of it to an open file; `path` is its name in errors.
absl::Status WriteAll(int fd, const std::string& path, std::string_view bytes);

// The file's content; nullopt if there is none. Reads 1 MiB at most.
absl::StatusOr<std::optional<std::string>> ReadSmallFile(const std::string& path);

// Makes `path` hold `content`, mode 0600: after a crash at any instant it holds
// what it held before, or all of `content`. Durable when it returns.
absl::Status ReplaceFile(const std::string& path, std::string_view content);

// Makes the new file `path`, mode 0600, durable when it returns.
// ALREADY_EXISTS if there is one. On an error there is none of ours.
absl::Status CreateFile(const std::string& path, std::string_view content);

// A file that is made piece by piece, mode 0600. Until Commit it is `path`.part,
// which goes with the object.
class NewFile {
 public:
  // ALREADY_EXISTS if there is a file at `path` and it is not to be overwritten.
  static absl::StatusOr<std::unique_ptr<NewFile>> Open(const std::string& path, bool overwrite);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // The unfinished file, for others to write.
  const std::string& part() const { return part_; }
  absl::Status Write(std::string_view bytes);
  // Gives the file its name. Durable when it returns.
  absl::Status Commit();

 private:
  NewFile(std::string path, int fd, bool overwrite)
      : path_(std::move(path)), part_(path_ + ".part"), fd_(fd), overwrite_(overwrite) {}

  // Whether part() is still ours, and not that of another process which began later.
  bool IsOurs() const;

  const std::string path_;
  const std::string part_;
  const int fd_;
  const bool overwrite_;
};

// A folder that one process at a time has for itself. Unlocked when it goes.
class OwnedFolder {
 public:
  // Creates `path` (mode 0700) and those above it where they are missing.
  // FAILED_PRECONDITION if it is another process's, or cannot be written.
  static absl::StatusOr<std::unique_ptr<OwnedFolder>> Open(const std::string& path);
  ~OwnedFolder();
  OwnedFolder(const OwnedFolder&) = delete;
  OwnedFolder& operator=(const OwnedFolder&) = delete;

  // Absolute, without a slash at the end.
  const std::string& path() const { return path_; }

 private:
  OwnedFolder(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  const std::string path_;
  const int fd_;
};

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_FILES_H_
