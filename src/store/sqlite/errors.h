// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_ERRORS_H_
#define ZEROTOUCH_STORE_SQLITE_ERRORS_H_

#include <string>

#include "absl/status/status.h"

// Errors about the registry file at `path`: one line that says what to do.
namespace zerotouch::store::sqlite {

// Returns FAILED_PRECONDITION: another server has the file open.
absl::Status InUse(const std::string& path);

// Returns FAILED_PRECONDITION: a server has the file open by another hard link.
absl::Status InUseByAnotherName(const std::string& path);

// Returns UNAVAILABLE: the file was removed or replaced while it was open.
absl::Status Removed(const std::string& path);

// Returns UNAVAILABLE: the file was emptied while it was open.
absl::Status Emptied(const std::string& path);

// Returns FAILED_PRECONDITION for an UNAVAILABLE status of an attempt to open the
// file, and other statuses unchanged.
absl::Status CannotUse(const std::string& path, const absl::Status& status);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_ERRORS_H_
