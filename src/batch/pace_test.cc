// SPDX-License-Identifier: Apache-2.0
#include "batch/pace.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

namespace zerotouch::batch {
namespace {

constexpr absl::Duration kEnough = absl::Seconds(20);

TEST(Pace, Paused_GivesItemsToStepsOnly) {
  Pace pace;
  EXPECT_EQ(pace.BeginTurn(), store::LeaseOrder::kFair);
  EXPECT_EQ(pace.Take(100), 100u);
  pace.Ran(100, true);
  EXPECT_EQ(pace.Step(5, kEnough).status().code(), absl::StatusCode::kFailedPrecondition);
  pace.Pause(kEnough);
  EXPECT_EQ(pace.BeginTurn(), std::nullopt);
  EXPECT_EQ(pace.Take(100), 0u);
  pace.Resume();
  EXPECT_EQ(pace.BeginTurn(), store::LeaseOrder::kFair);
}

TEST(Pace, Step_RunsExactlySoManyItems) {
  Pace pace;
  pace.Pause(kEnough);
  std::thread worker;
  pace.SetWake([&] {
    worker = std::thread([&] {
      ASSERT_EQ(pace.BeginTurn(), store::LeaseOrder::kOldest);
      EXPECT_EQ(pace.Take(60), 60u);
      pace.Ran(60, /*done=*/false);  // a chunk that is halved
      EXPECT_EQ(pace.Take(30), 30u);
      pace.Ran(30, true);
      EXPECT_EQ(pace.Take(200), 70u);
      EXPECT_EQ(pace.Take(1), 0u);
      pace.Ran(70, true);
      pace.EndTurn(false);
    });
  });
  EXPECT_EQ(pace.Step(100, kEnough).value(), 100);
  worker.join();
  EXPECT_EQ(pace.BeginTurn(), std::nullopt);
}

TEST(Pace, Step_EndsWhenThereIsNothingToRun) {
  Pace pace;
  pace.Pause(kEnough);
  std::thread worker;
  pace.SetWake([&] {
    worker = std::thread([&] {
      ASSERT_EQ(pace.BeginTurn(), store::LeaseOrder::kOldest);
      EXPECT_EQ(pace.Take(3), 3u);
      pace.Ran(3, true);
      pace.EndTurn(/*idle=*/false);
      ASSERT_EQ(pace.BeginTurn(), store::LeaseOrder::kOldest);
      pace.EndTurn(/*idle=*/true);
    });
  });
  EXPECT_EQ(pace.Step(100, kEnough).value(), 3);
  worker.join();
}

}  // namespace
}  // namespace zerotouch::batch
