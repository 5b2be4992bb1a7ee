// SPDX-License-Identifier: Apache-2.0
#include "batch/retention.h"

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/limits.h"

namespace zerotouch::batch {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);
constexpr absl::Duration kDay = absl::Hours(24);

// The marks of a registry, and the processes that sweep it.
class RetentionTest : public testing::Test {
 protected:
  // A process: its wall clock may differ from others'.
  struct Process {
    FakeClock clock{kStart};
    RetentionClock retention;
  };

  absl::Time Sweep(Process& process) {
    const RetentionClock::Moment now{.wall = process.clock.Now(), .steady = process.clock.Steady()};
    mark_ = process.retention.MarkAt(now, mark_);
    process.retention.TakeLowest();
    process.retention.Keep(now, *mark_);
    return *mark_;
  }
  // Lets time pass in steps of an hour, with a sweep after each.
  void Run(Process& process, absl::Duration time) {
    for (; time > absl::ZeroDuration(); time -= absl::Hours(1)) {
      process.clock.Advance(absl::Hours(1));
      Sweep(process);
    }
  }

  std::optional<absl::Time> mark_;
};

TEST_F(RetentionTest, Undisturbed_FollowsTheClock) {
  Process process;
  EXPECT_EQ(Sweep(process), kStart);
  process.retention.Observe({process.clock.Now(), process.clock.Steady()});
  Run(process, 3 * kDay);
  EXPECT_EQ(*mark_, kStart + 3 * kDay);
}

TEST_F(RetentionTest, FirstMark_IsTheNewestFinish_AndNeverAheadOfTheClock) {
  const RetentionClock retention;
  const RetentionClock::Moment now{.wall = kStart, .steady = {}};
  EXPECT_EQ(retention.MarkAt(now, kStart - kDay), kStart - kDay);
  EXPECT_EQ(retention.MarkAt(now, kStart + kDay), kStart);
  EXPECT_EQ(retention.MarkAt(now, std::nullopt), kStart);
}

TEST_F(RetentionTest, ClockThatJumpsAhead_IsFollowedSlowly) {
  Process process;
  Sweep(process);
  process.clock.Set(kStart + 31 * kDay);
  Run(process, kDay);
  EXPECT_EQ(*mark_, kStart + 2 * kDay);
  process.clock.Set(kStart + kDay);
  EXPECT_EQ(Sweep(process), kStart + kDay) << "the clock was right before";
}

TEST_F(RetentionTest, ClockThatJumpsAhead_WhileTheServerIsRestarted) {
  Process first;
  Sweep(first);
  for (int restart = 0; restart < 100; ++restart) {
    Process next;
    next.clock.Set(kStart + 31 * kDay);
    EXPECT_EQ(Sweep(next), kStart);
  }
}

TEST_F(RetentionTest, ClockThatWasBack_BetweenTwoSweeps) {
  Process process;
  Sweep(process);
  process.clock.Set(kStart - 31 * kDay);
  process.retention.Observe({process.clock.Now(), process.clock.Steady()});
  const absl::Time finished = process.clock.Now();
  process.clock.Set(kStart + absl::Hours(1));
  EXPECT_LT(Sweep(process) - limits::kOperationRetention, finished);
  Run(process, 14 * kDay);
  EXPECT_LT(*mark_ - limits::kOperationRetention, finished) << "after half of its retention";
}

TEST_F(RetentionTest, ServerThatWasOff_CatchesUp) {
  Process first;
  Sweep(first);
  Process next;
  next.clock.Set(kStart + 40 * kDay);
  Sweep(next);
  Run(next, 16 * kDay);
  EXPECT_GT(*mark_ - limits::kOperationRetention, kStart);
  Run(next, 30 * kDay);
  EXPECT_EQ(*mark_, next.clock.Now());
}

TEST_F(RetentionTest, ManyReplicas_DoNotAddUp) {
  Process replicas[5];
  for (Process& replica : replicas) Sweep(replica);
  for (Process& replica : replicas) replica.clock.Set(kStart + 31 * kDay);
  for (int hour = 0; hour < 24; ++hour) {
    for (Process& replica : replicas) {
      replica.clock.Advance(absl::Hours(1));
      Sweep(replica);
    }
  }
  EXPECT_LE(*mark_, kStart + 2 * kDay);
}

TEST_F(RetentionTest, ReplicaWhoseClockIsBack_HoldsTheMark) {
  Process good, back;
  back.clock.Set(kStart - 31 * kDay);
  for (int hour = 0; hour < 100; ++hour) {
    for (Process* replica : {&good, &back}) {
      replica->clock.Advance(absl::Hours(1));
      Sweep(*replica);
    }
    // An operation that the wrong clock has just finished is young.
    EXPECT_LT(*mark_ - limits::kOperationRetention, back.clock.Now());
  }
}

}  // namespace
}  // namespace zerotouch::batch
