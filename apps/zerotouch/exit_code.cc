// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/exit_code.h"

namespace zerotouch::cli {

ExitCode ExitCodeOf(const absl::Status& error, bool sent) {
  if (absl::IsUnauthenticated(error) || absl::IsPermissionDenied(error)) return kDenied;
  if (absl::IsDeadlineExceeded(error)) return kTimedOut;
  if (!sent) return kUsage;
  const bool is_lost = absl::IsUnavailable(error) || absl::IsAborted(error) ||
                       absl::IsInternal(error) || absl::IsResourceExhausted(error);
  return is_lost ? kTimedOut : kSomeFailed;
}

}  // namespace zerotouch::cli
