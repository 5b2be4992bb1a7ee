#include "zerotouch/exit_code.h"

namespace zerotouch::cli {

ExitCode ExitCodeOf(const absl::Status& error, bool sent) {
  if (absl::IsUnauthenticated(error) || absl::IsPermissionDenied(error)) return kDenied;
  if (absl::IsDeadlineExceeded(error)) return kTimedOut;
  if (!sent) return kUsage;
  return absl::IsUnavailable(error) || absl::IsAborted(error) ? kTimedOut : kSomeFailed;
}

}  // namespace zerotouch::cli
