// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/errors.h"

#include <fmt/format.h>

#include "base/status_text.h"

namespace zerotouch::store::postgres {

absl::Status CannotReach(const absl::Status& status) {
  return absl::FailedPreconditionError(
      fmt::format("cannot reach the database ({}); check its URL, and that the server runs",
                  MessageOf(status)));
}

}  // namespace zerotouch::store::postgres
