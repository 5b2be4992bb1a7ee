// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_STORE_H_
#define ZEROTOUCH_STORE_SQLITE_STORE_H_

#include <memory>
#include <string>

#include "store/store.h"

namespace zerotouch::store::sqlite {

// Opens the registry file at `path`, as store::Open says.
absl::StatusOr<std::unique_ptr<Store>> OpenFile(const std::string& path, const Clock& clock,
                                                Role role);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_STORE_H_
