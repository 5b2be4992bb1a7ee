#ifndef ZEROTOUCH_ZEROTOUCHD_FILES_H_
#define ZEROTOUCH_ZEROTOUCHD_FILES_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Small files that hold keys or say where a server is. Every error is one line
// that names the path and says what to do.
namespace zerotouch::daemon {

// The file's content; nullopt if there is none. Reads 1 MiB at most.
absl::StatusOr<std::optional<std::string>> ReadSmallFile(const std::string& path);

// Makes `path` hold `content`, mode 0600: after a crash at any instant it holds
// what it held before, or all of `content`. Durable when it returns.
absl::Status ReplaceFile(const std::string& path, std::string_view content);

// Makes the new file `path`, mode 0600, durable when it returns.
// ALREADY_EXISTS if there is one. On an error there is none of ours.
absl::Status CreateFile(const std::string& path, std::string_view content);

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
