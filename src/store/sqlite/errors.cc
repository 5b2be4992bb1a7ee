// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/errors.h"

#include <fmt/format.h>

#include "base/status_text.h"

namespace zerotouch::store::sqlite {

absl::Status InUse(const std::string& path) {
  return absl::FailedPreconditionError(fmt::format(
      "{} is in use by another zerotouchd; stop that one first, or give another path", path));
}

absl::Status InUseByAnotherName(const std::string& path) {
  return absl::FailedPreconditionError(
      fmt::format("{} is in use by a zerotouchd that has opened it by another hard link; use the "
                  "path that it uses",
                  path));
}

absl::Status Removed(const std::string& path) {
  return absl::UnavailableError(
      fmt::format("{} was removed or replaced while it was open; stop zerotouchd, put the registry "
                  "back with its -wal file, then start again",
                  path));
}

absl::Status Emptied(const std::string& path) {
  return absl::UnavailableError(fmt::format(
      "{} was emptied while it was open; stop zerotouchd and restore it from a backup", path));
}

absl::Status CannotUse(const std::string& path, const absl::Status& status) {
  if (!absl::IsUnavailable(status)) return status;
  return absl::FailedPreconditionError(
      fmt::format("cannot use {} ({}); check that its folder can be written and the disk has room",
                  path, MessageOf(status)));
}

}  // namespace zerotouch::store::sqlite
