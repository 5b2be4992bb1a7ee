// SPDX-License-Identifier: Apache-2.0
#include "sandbox/sandbox_clock.h"

#include <gtest/gtest.h>

namespace zerotouch::sandbox {
namespace {

class SandboxClockTest : public ::testing::Test {
 protected:
  const absl::Time start_ = absl::FromUnixSeconds(1'800'000'000);
  FakeClock real_{start_};
  SandboxClock clock_{real_};
};

TEST_F(SandboxClockTest, FollowsRealTimeFromWhereItWasMoved) {
  EXPECT_EQ(clock_.Now(), start_);
  EXPECT_TRUE(clock_.Advance(absl::Hours(2)).ok());
  real_.Advance(absl::Seconds(5));
  EXPECT_EQ(clock_.Now(), start_ + absl::Hours(2) + absl::Seconds(5));
  EXPECT_EQ(clock_.Steady(), absl::Hours(2) + absl::Seconds(5));
}

TEST_F(SandboxClockTest, Frozen_StandsStillAndCanBeMoved_ThenGoesOnFromThere) {
  clock_.Freeze();
  real_.Advance(absl::Hours(1));
  EXPECT_EQ(clock_.Now(), start_);
  EXPECT_TRUE(clock_.Advance(absl::Minutes(1)).ok());
  clock_.Freeze();
  EXPECT_EQ(clock_.Now(), start_ + absl::Minutes(1));
  EXPECT_EQ(clock_.Steady(), absl::Minutes(1));
  clock_.Resume();
  clock_.Resume();
  real_.Advance(absl::Seconds(1));
  EXPECT_EQ(clock_.Now(), start_ + absl::Minutes(1) + absl::Seconds(1));
  EXPECT_EQ(clock_.Steady(), absl::Minutes(1) + absl::Seconds(1));
}

TEST_F(SandboxClockTest, BeyondTheLatestTime_IsRefused) {
  EXPECT_FALSE(clock_.Advance(absl::Hours(24 * 366 * 200)).ok());
  EXPECT_FALSE(clock_.Advance(absl::InfiniteDuration()).ok());
  EXPECT_EQ(clock_.Now(), start_);
}

TEST_F(SandboxClockTest, Restored_ContinuesAndItsMonotonicTimeNeverGoesBack) {
  EXPECT_TRUE(clock_.Advance(absl::Hours(3)).ok());
  clock_.Freeze();
  const SandboxClock::State state = clock_.state();
  SandboxClock next(real_);
  next.Restore(state);
  EXPECT_EQ(next.Now(), start_ + absl::Hours(3));
  EXPECT_EQ(next.state(), state);
  const absl::Duration steady = clock_.Steady();
  clock_.Restore({});
  EXPECT_EQ(clock_.Now(), start_);
  EXPECT_GE(clock_.Steady(), steady);
}

}  // namespace
}  // namespace zerotouch::sandbox
