// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/exit_code.h"

namespace zerotouch::cli {

bool IsServerLost(const absl::Status& error) {
  return absl::IsUnavailable(error) || absl::IsAborted(error) || absl::IsInternal(error) ||
         absl::IsResourceExhausted(error) || absl::IsUnknown(error);
}

ExitCode ExitCodeOf(const absl::Status& error, bool sent) {
  if (absl::IsUnauthenticated(error) || absl::IsPermissionDenied(error)) return kDenied;
  if (absl::IsDeadlineExceeded(error)) return kTimedOut;
  if (IsServerLost(error)) return kTimedOut;
  return sent ? kSomeFailed : kUsage;
}

}  // namespace zerotouch::cli
