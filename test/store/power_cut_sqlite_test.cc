// SPDX-License-Identifier: Apache-2.0
// The power fails at each sync of a batch: what was acknowledged is there afterwards, each
// chunk is complete or not begun, and the batch continues with each item once.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "base/log.h"
#include "batch/engine.h"
#include "store/power_cuts.h"
#include "store/store.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace zerotouch::store {
namespace {

constexpr int kCutItems = 1'000;
const PartnerId kCutPartner(1);
const CustomerId kCutCustomer(11);

std::string CutImei(int number) {
  const std::string digits = fmt::format("35{:012}", number);
  return digits + LuhnDigit(digits);
}

class PowerCutTest : public testing::Test {
 protected:
  void SetUp() override {
    log::SetLevel(log::Level::kOff);
    Open(dir_ / "registry.db");
    ASSERT_TRUE(store_
                    ->Write([](Transaction& tx) -> absl::Status {
                      absl::Status status = tx.AddPartner(
                          {.id = kCutPartner, .name = "R", .created = absl::UnixEpoch()});
                      status.Update(tx.AddCustomer(
                          {.id = kCutCustomer, .name = "C", .created = absl::UnixEpoch()},
                          kCutPartner, VendorId()));
                      return status;
                    })
                    .ok());
  }
  void TearDown() override { log::SetLevel(log::Level::kInfo); }

  void Open(const std::string& path) {
    store_.reset();
    store_ = store::Open("sqlite://" + path, Clock::System()).value();
  }

  // Returns an engine without workers.
  std::unique_ptr<batch::Engine> Sender() {
    return std::make_unique<batch::Engine>(*store_, rules_, Clock::System(),
                                           batch::EngineOptions());
  }

  // Runs the batches of the registry. Chunks have 100 items if it is slow.
  void RunEngine(OperationId id, bool slow) {
    batch::Engine engine(*store_, rules_, Clock::System(),
                         {.workers = 1, .items_per_second = slow ? 1'000.0 : 0.0});
    engine.Start();
    std::optional<OperationHead> head;
    while (!(head = HeadOf(id))->finished.has_value()) {
      if (slow) seen_.emplace_back(PowerCuts::count(), head->items_done);
      test::LetRun(std::chrono::milliseconds(1));
    }
  }

  std::optional<OperationHead> HeadOf(OperationId id) {
    return store_->Read().value()->FindOperation(id).value();
  }

  api::ClaimDevicesRequest Claims() {
    api::ClaimDevicesRequest request;
    for (int i = 0; i < kCutItems; ++i) {
      api::PartnerClaim& claim = *request.add_claims();
      claim.mutable_device_identifier()->set_imei(CutImei(i));
      claim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
      claim.set_customer_id(kCutCustomer.value());
    }
    return request;
  }
  api::UnclaimDevicesRequest Unclaims() {
    api::UnclaimDevicesRequest request;
    for (int i = 0; i < kCutItems; ++i) {
      api::PartnerUnclaim& unclaim = *request.add_unclaims();
      unclaim.mutable_device_identifier()->set_imei(CutImei((i * 37) % kCutItems));
      unclaim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
    }
    return request;
  }

  // Returns the items whose devices are held. The result at [i] is of device i * 37.
  std::set<uint32_t> HeldItems() {
    const auto snapshot = store_->Read().value();
    std::set<uint32_t> held;
    for (uint32_t i = 0; i < kCutItems; ++i) {
      const Identity identity{
          .modems = {ModemKeyOfImei(CutImei(static_cast<int>(i) * 37 % kCutItems))},
          .serial_key = "",
          .serial = ""};
      const Identity* const sought[] = {&identity};
      const DeviceId ids[] = {snapshot->Locate(sought).value()[0].at(0).device};
      if (IsHeld(snapshot->ReadClaims(ids).value()[0].zero_touch)) held.insert(i);
    }
    return held;
  }

  // Expects that exactly the items with a result gave up their devices.
  void ExpectConsistent(OperationId id, int32_t at_least) {
    const std::optional<OperationHead> head = HeadOf(id);
    ASSERT_TRUE(head.has_value()) << "an acknowledged batch is gone";
    EXPECT_GE(head->items_done, at_least) << "results that were seen are gone";
    std::set<uint32_t> waiting;
    for (uint32_t i = 0; i < kCutItems; ++i) waiting.insert(i);
    const std::vector<IndexedResult> results = store_->Read().value()->ReadResults(id).value();
    EXPECT_EQ(std::ssize(results), head->items_done);
    for (const IndexedResult& each : results) {
      EXPECT_EQ(each.result.outcome, Outcome::kSuccess) << "item " << each.index;
      EXPECT_EQ(waiting.erase(each.index), 1u) << "item " << each.index << " has two results";
    }
    EXPECT_EQ(HeldItems(), waiting);
  }

  // Returns how many items were seen to be done at a sync.
  int32_t SeenAt(size_t sync) {
    int32_t items = 0;
    for (const auto& [at, done] : seen_) {
      if (at <= sync) items = std::max(items, done);
    }
    return items;
  }

  const RegistryRules rules_{};
  test::TempDir dir_;
  std::unique_ptr<Store> store_;
  std::vector<std::pair<size_t, int32_t>> seen_;  // syncs, and items done
};

TEST_F(PowerCutTest, AtAnySyncOfABatch_LosesNothing_AndRunsNothingTwice) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  std::vector<PowerCuts::Disk> cuts;
  OperationId id;
  size_t accepted_at = 0;
  {
    const PowerCuts recorder;
    Open(dir_ / "registry.db");
    RunEngine(Sender()->AcceptClaims(kCutPartner, Claims().claims())->id, /*slow=*/false);
    recorder.Record();
    id = Sender()->AcceptUnclaims(kCutPartner, Unclaims().unclaims())->id;
    accepted_at = PowerCuts::count();
    RunEngine(id, /*slow=*/true);
    cuts = PowerCuts::Finish();
    store_.reset();
  }
  ASSERT_GT(cuts.size(), 12u) << "a sync for each chunk";
  for (size_t i = 0; i < cuts.size(); ++i) {
    for (const double chance : {0.0, 0.5}) {
      SCOPED_TRACE(fmt::format("cut at sync {} of {}, unsynced writes kept with chance {}", i,
                               cuts.size(), chance));
      const std::string path = dir_ / fmt::format("cut-{}-{}.db", i, chance);
      PowerCuts::Restore(cuts[i], path, chance, random);
      Open(path);
      if (i < accepted_at && !HeadOf(id).has_value()) {
        EXPECT_EQ(HeldItems().size(), size_t{kCutItems});
        continue;
      }
      ExpectConsistent(id, SeenAt(i));
      RunEngine(id, /*slow=*/false);
      ExpectConsistent(id, kCutItems);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace zerotouch::store
