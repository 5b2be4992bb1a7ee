// SPDX-License-Identifier: Apache-2.0
#include "sandbox/keeper.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "base/clock.h"

namespace zerotouch::sandbox {
namespace {

TEST(KeeperTest, EachChange_IsWrittenOnce) {
  FaultRules rules;
  SandboxClock clock(Clock::System());
  std::atomic<int> writes = 0;
  std::string kept;
  {
    Keeper keeper(rules, clock);
    keeper.Start([&](std::string_view text, bool) {
      kept = text;
      ++writes;
      return absl::OkStatus();
    });
    proto::Fault fault;
    fault.mutable_delay()->set_seconds(1);
    ASSERT_TRUE(rules.Add(fault).ok());
    // The thread of the keeper notices the change without being told.
    while (writes == 0) std::this_thread::yield();
    for (int i = 0; i < 3; ++i) keeper.KeepNow();
    EXPECT_EQ(writes, 1);
    ASSERT_TRUE(clock.Advance(absl::Hours(1)).ok());
    keeper.KeepNow();
    keeper.KeepNow();
    EXPECT_EQ(writes, 2);
  }
  EXPECT_EQ(writes, 2);
  FaultRules later;
  SandboxClock later_clock(Clock::System());
  Keeper again(later, later_clock);
  ASSERT_TRUE(again.Load(kept).ok());
  EXPECT_EQ(later.List().size(), 1u);
  EXPECT_EQ(later_clock.state().ahead, absl::Hours(1));
}

TEST(KeeperTest, Hits_AreWrittenAtOnce_AndMadeDurableLater) {
  FaultRules rules;
  SandboxClock clock(Clock::System());
  std::string kept;
  std::atomic<int> durable_writes = 0;
  Keeper keeper(rules, clock);
  proto::Fault fault;
  fault.set_times(1);
  fault.mutable_delay()->set_seconds(1);
  ASSERT_TRUE(rules.Add(fault).ok());
  keeper.Start([&](std::string_view text, bool durable) {
    kept = text;
    if (durable) ++durable_writes;
    return absl::OkStatus();
  });
  EXPECT_EQ(rules.Plan({.method = "x"}).faults, "faults/1");
  keeper.KeepHits();
  keeper.Stop();
  EXPECT_GE(durable_writes, 1);
  FaultRules later;
  SandboxClock later_clock(Clock::System());
  Keeper again(later, later_clock);
  ASSERT_TRUE(again.Load(kept).ok());
  EXPECT_EQ(later.Plan({.method = "x"}).faults, "") << "it has acted once before the restart";
}

TEST(KeeperTest, FailedWrite_IsTriedAgain) {
  FaultRules rules;
  SandboxClock clock(Clock::System());
  int writes = 0;
  Keeper keeper(rules, clock);
  keeper.Start([&](std::string_view, bool) {
    return ++writes == 1 ? absl::UnavailableError("full") : absl::OkStatus();
  });
  keeper.KeepNow();
  keeper.KeepNow();
  keeper.KeepNow();
  EXPECT_EQ(writes, 2);
}

}  // namespace
}  // namespace zerotouch::sandbox
