// SPDX-License-Identifier: Apache-2.0
// Each call of the store, and each round trip of PostgreSQL, that a batch makes fails once:
// whichever it is, each item runs once and has one result.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/fault.h"
#include "base/log.h"
#include "store/simulation.h"
#include "store/store_test_base.h"

namespace zerotouch::batch {
namespace {

class FailingCallsTest : public testing::TestWithParam<store::Kind> {
 protected:
  void SetUp() override {
    log::SetLevel(log::Level::kOff);
    store_ = store::Open(GetParam().url(dir_.path()), clock_).value();
    ASSERT_TRUE(
        store_->Write([&](store::Transaction& tx) { return SeedSimulations(tx, clock_.Now()); })
            .ok());
  }
  void TearDown() override { log::SetLevel(log::Level::kInfo); }

  // Calls `run` with 1, 2, ... until it returns false: the batch made fewer calls.
  template <class Run>
  void ForEachCall(const Run& run) {
    int call = 1;
    while (run(call) && !HasFailure()) ++call;
    EXPECT_FALSE(HasFailure()) << "call " << call;
    EXPECT_GT(call, 3);
  }

  Simulation NewSimulation() {
    ++world_;
    // Odd seeds cut the batches into chunks of ten items.
    return Simulation(*store_, clock_, /*seed=*/static_cast<unsigned>(2 * world_ + 1), world_);
  }

  const test::TempDir dir_;
  const WithoutSyncs without_syncs_;
  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  std::unique_ptr<store::Store> store_;
  int world_ = 0;
};

constexpr SimulatedDeed kDeeds[] = {SimulatedDeed::kClaim, SimulatedDeed::kUnclaim,
                                    SimulatedDeed::kMetadata, SimulatedDeed::kUndo};

class FailingCallsPostgresTest : public FailingCallsTest {};

TEST_P(FailingCallsTest, AnyCallThatFails_LeavesEachItemOnce) {
  for (const SimulatedDeed deed : kDeeds) {
    for (const StoreFault fault :
         {StoreFault::kRefused, StoreFault::kRolledBack, StoreFault::kAnswerLost}) {
      SCOPED_TRACE(testing::Message()
                   << "deed " << static_cast<int>(deed) << ", fault " << static_cast<int>(fault));
      ForEachCall([&](int failing) {
        int calls = 0;
        NewSimulation().RunWithFaults(
            deed, [&] { return ++calls == failing ? fault : StoreFault::kNone; });
        return calls >= failing;
      });
    }
  }
}

TEST_P(FailingCallsPostgresTest, AnyRoundTripThatFails_LeavesEachItemOnce) {
  for (const SimulatedDeed deed : kDeeds) {
    SCOPED_TRACE(testing::Message() << "deed " << static_cast<int>(deed));
    ForEachCall([&](int failing) {
      // Round trips of the batch begin with the first call of its engine. Those of the
      // thread that checks do not count.
      std::atomic<bool> counts = false;
      std::atomic<int> trips = 0;
      const fault::Armed armed("postgres.round_trip", [&, self = std::this_thread::get_id()] {
        const bool fails = counts && std::this_thread::get_id() != self && ++trips == failing;
        return fails ? absl::UnavailableError("simulated") : absl::OkStatus();
      });
      NewSimulation().RunWithFaults(deed, [&] {
        counts = true;
        return StoreFault::kNone;
      });
      return trips >= failing;
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, FailingCallsTest, testing::ValuesIn(store::AllKinds()),
                         store::NameOfKind);
INSTANTIATE_TEST_SUITE_P(Stores, FailingCallsPostgresTest,
                         testing::ValuesIn(store::KindsWithReplicas()), store::NameOfKind);

}  // namespace
}  // namespace zerotouch::batch
