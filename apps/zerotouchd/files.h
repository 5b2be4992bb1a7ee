// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_FILES_H_
#define ZEROTOUCH_ZEROTOUCHD_FILES_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Reads and writes the files of the daemon: keys, secrets, settings. Every error is
// one line that names the path and says what to do.
namespace zerotouch::daemon {

// Writes all of `bytes` to an open file; errors call it `path`.
absl::Status WriteAll(int fd, const std::string& path, std::string_view bytes);

// Returns the file's content, at most the first 1 MiB; nullopt if it does not exist.
absl::StatusOr<std::optional<std::string>> ReadSmallFile(const std::string& path);

// Returns the file's content. INVALID_ARGUMENT if it has more than `most` bytes.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path, size_t most);

// Replaces the content of `path`, mode 0600. After a crash at any instant the file
// has its old content or all of the new content. Unless `durable` is false, that holds for a
// power failure, too, and the new content is durable when it returns.
absl::Status ReplaceFile(const std::string& path, std::string_view content, bool durable = true);

// Creates the file `path`, mode 0600, durable when it returns. ALREADY_EXISTS if it
// exists. Leaves no file after an error.
absl::Status CreateFile(const std::string& path, std::string_view content);

// A new file that is written piece by piece, mode 0600. Until Commit it is
// `path`.part, which the destructor deletes.
class NewFile {
 public:
  // Creates `path`.part. ALREADY_EXISTS if `path` exists and `overwrite` is false.
  static absl::StatusOr<std::unique_ptr<NewFile>> Open(const std::string& path, bool overwrite);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  // Returns the path of the unfinished file, for code that writes it by itself.
  const std::string& part() const { return part_; }
  absl::Status Write(std::string_view bytes);
  // Renames the file to `path`. Durable when it returns.
  absl::Status Commit();

 private:
  NewFile(std::string path, int fd, bool overwrite)
      : path_(std::move(path)), part_(path_ + ".part"), fd_(fd), overwrite_(overwrite) {}

  // Returns false if another process has replaced part() by a file of its own.
  bool IsOurs() const;

  const std::string path_;
  const std::string part_;
  const int fd_;
  const bool overwrite_;
};

// A folder that is locked for this process. The destructor unlocks it.
class OwnedFolder {
 public:
  // Creates `path` (mode 0700) and its parents if they are missing, and locks it.
  // FAILED_PRECONDITION if another process holds the lock, or it is not writable.
  static absl::StatusOr<std::unique_ptr<OwnedFolder>> Open(const std::string& path);
  ~OwnedFolder();
  OwnedFolder(const OwnedFolder&) = delete;
  OwnedFolder& operator=(const OwnedFolder&) = delete;

  // Returns the absolute path, without a trailing slash.
  const std::string& path() const { return path_; }

 private:
  OwnedFolder(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  const std::string path_;
  const int fd_;
};

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_FILES_H_
