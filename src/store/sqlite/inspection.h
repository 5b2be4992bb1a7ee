// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_INSPECTION_H_
#define ZEROTOUCH_STORE_SQLITE_INSPECTION_H_

#include <string>

#include "absl/status/statusor.h"
#include "store/inspection.h"

namespace zerotouch::store::sqlite {

// Looks at the registry file at `path`, as store::Inspect says.
absl::StatusOr<Inspection> InspectFile(const std::string& path);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_INSPECTION_H_
