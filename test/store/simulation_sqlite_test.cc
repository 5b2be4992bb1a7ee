// SPDX-License-Identifier: Apache-2.0
// Simulates three servers that share a registry: each has a worker, and they stall, die,
// lose their leases, and lose answers of the store.
//
// SIMULATION_SEEDS=10000 runs more seeds; SIMULATION_FIRST_SEED=N begins with N.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/log.h"
#include "store/simulation.h"
#include "support/temp_dir.h"

namespace zerotouch::batch {
namespace {

int NumberFrom(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

class SimulationTest : public testing::Test {
 protected:
  void SetUp() override {
    log::SetLevel(log::Level::kOff);
    store_ = store::Open("sqlite://" + dir_ / "registry.db", clock_).value();
    ASSERT_TRUE(
        store_->Write([&](store::Transaction& tx) { return SeedSimulations(tx, clock_.Now()); })
            .ok());
  }
  void TearDown() override { log::SetLevel(log::Level::kInfo); }

  const test::TempDir dir_;
  const WithoutSyncs without_syncs_;
  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  std::unique_ptr<store::Store> store_;
};

TEST_F(SimulationTest, ThreeWorkers_ThatStallAndDie_RunEachItemOnce) {
  const int first = NumberFrom("SIMULATION_FIRST_SEED", 1);
  const int seeds = NumberFrom("SIMULATION_SEEDS", 100);
  for (int seed = first; seed < first + seeds; ++seed) {
    SCOPED_TRACE(fmt::format("SIMULATION_FIRST_SEED={}", seed));
    Simulation(*store_, clock_, static_cast<unsigned>(seed), seed).Run();
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace zerotouch::batch
