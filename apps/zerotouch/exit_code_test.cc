// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/exit_code.h"

#include <gtest/gtest.h>

namespace zerotouch::cli {
namespace {

TEST(ExitCodeTest, BeforeAndAfterSomethingWasSent) {
  const struct {
    absl::Status error;
    ExitCode before, after;
  } kCases[] = {
      {absl::UnauthenticatedError(""), kDenied, kDenied},
      {absl::PermissionDeniedError(""), kDenied, kDenied},
      {absl::DeadlineExceededError(""), kTimedOut, kTimedOut},
      {absl::UnavailableError(""), kTimedOut, kTimedOut},
      {absl::AbortedError(""), kTimedOut, kTimedOut},
      {absl::InternalError(""), kTimedOut, kTimedOut},
      {absl::UnknownError(""), kTimedOut, kTimedOut},
      {absl::InvalidArgumentError(""), kUsage, kSomeFailed},
      {absl::NotFoundError(""), kUsage, kSomeFailed},
  };
  for (const auto& [error, before, after] : kCases) {
    EXPECT_EQ(ExitCodeOf(error, false), before) << error;
    EXPECT_EQ(ExitCodeOf(error, true), after) << error;
  }
}

}  // namespace
}  // namespace zerotouch::cli
