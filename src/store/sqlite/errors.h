// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_ERRORS_H_
#define ZEROTOUCH_STORE_SQLITE_ERRORS_H_

#include <string>

#include "absl/status/status.h"

// What is told of a registry file at `path`: one line that says what to do.
namespace zerotouch::store::sqlite {

// FAILED_PRECONDITION: another server has it.
absl::Status InUse(const std::string& path);

// An UNAVAILABLE status as FAILED_PRECONDITION, for who just tried to use the
// file; others as they are.
absl::Status CannotUse(const std::string& path, const absl::Status& status);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_ERRORS_H_
