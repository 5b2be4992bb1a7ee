// SPDX-License-Identifier: Apache-2.0
// Previews while workers stop, fail and go on; batch_run_test.cc compares their results
// with what the batches then do.

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/fault.h"
#include "batch/engine_test_base.h"

namespace zerotouch::batch {
namespace {

// A preview of a batch whose items are about one device sees the earlier ones, wherever the
// chunks end and whatever stops in between.
TEST_F(EngineTest, Preview_SeesEarlierItems_AcrossChunksAndRestarts) {
  StartEngine();
  ASSERT_EQ(RunClaims({ClaimOf(ImeiOf(1))})[0].outcome, Outcome::kSuccess);
  StartEngine({.chunk_time = absl::Microseconds(1), .items_per_second = 5'000});
  api::UnclaimDevicesRequest request;
  for (int i = 0; i < 5'000; ++i) *request.add_unclaims() = UnclaimOf(ImeiOf(1));
  const auto accepted = engine_->PreviewUnclaims(kPartner, request.unclaims());
  ASSERT_TRUE(accepted.ok());
  while (store_->Read().value()->FindOperation(accepted->id).value()->items_done < 100) {
    std::this_thread::yield();
  }
  engine_.reset();
  const store::OperationHead stopped = *store_->Read().value()->FindOperation(accepted->id).value();
  EXPECT_LT(stopped.items_done, 5'000);
  StartEngine();
  const std::vector<ItemResult> results = Results(accepted);
  EXPECT_EQ(results[0].outcome, Outcome::kSuccess);
  for (size_t i = 1; i < results.size(); ++i) {
    ASSERT_EQ(results[i].outcome, Outcome::kNotClaimed) << i;
  }
  EXPECT_EQ(RunUnclaims({ImeiOf(1)})[0].outcome, Outcome::kSuccess) << "nothing was changed";
}

TEST_F(EngineTest, Preview_OfNewDevices_HasNoIds_AndUsesNone) {
  StartEngine();
  ASSERT_EQ(RunClaims({ClaimOf(ImeiOf(1))})[0].outcome, Outcome::kSuccess);
  api::ClaimDevicesRequest request;
  for (const int number : {1, 2, 2}) *request.add_claims() = ClaimOf(ImeiOf(number));
  const DeviceId before = RunClaims({ClaimOf(ImeiOf(3))})[0].device;
  const std::vector<ItemResult> results =
      Results(engine_->PreviewClaims(kPartner, request.claims()));
  EXPECT_TRUE(results[0].device);
  for (const size_t i : {1u, 2u}) {
    EXPECT_EQ(results[i].outcome, Outcome::kSuccess);
    EXPECT_FALSE(results[i].device) << i;
  }
  const Identity sought{.modems = {ModemKeyOfImei(ImeiOf(2))}, .serial_key = "", .serial = ""};
  const Identity* const identities[] = {&sought};
  EXPECT_TRUE(store_->Read().value()->Locate(identities).value()[0].empty());
  EXPECT_GT(before, DeviceId());
}

TEST_F(EngineTest, Preview_ThatFailsSometimes_HasEachResultOnce) {
  const std::vector<std::string> imeis = Imeis(3'000);
  StartEngine({.chunk_time = absl::Microseconds(1)});
  RunClaims(ClaimsOf(imeis));
  std::atomic<int> calls = 0;
  api::UnclaimDevicesRequest request;
  for (const std::string& imei : imeis) *request.add_unclaims() = UnclaimOf(imei);
  std::vector<ItemResult> results;
  {
    const fault::Armed failing("batch.chunk", [&] {
      return ++calls % 2 == 0 ? absl::OkStatus() : absl::UnavailableError("test");
    });
    results = Results(engine_->PreviewUnclaims(kPartner, request.unclaims()));
  }
  EXPECT_GT(calls, 2);
  for (const ItemResult& result : results) EXPECT_EQ(result.outcome, Outcome::kSuccess);
  for (const ItemResult& result : RunUnclaims(imeis)) EXPECT_EQ(result.outcome, Outcome::kSuccess);
}

TEST_F(EngineTest, Preview_ThatIsCancelled_Stops) {
  StartEngine({.items_per_second = 500});
  api::UnclaimDevicesRequest request;
  for (int i = 0; i < 5'000; ++i) *request.add_unclaims() = UnclaimOf(ImeiOf(i));
  const auto accepted = engine_->PreviewUnclaims(kPartner, request.unclaims());
  const auto head = [&] { return *store_->Read().value()->FindOperation(accepted->id).value(); };
  while (head().items_done == 0) std::this_thread::yield();
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) {
                    return tx.CancelOperation(accepted->id, absl::Now());
                  })
                  .ok());
  EXPECT_EQ(Results(engine_->AcceptUnclaims(kPartner,
                                            [] {
                                              api::UnclaimDevicesRequest next;
                                              next.add_unclaims();
                                              return PackedItems(next.unclaims());
                                            }()))
                .size(),
            1u)
      << "the partner's next operation runs";
  EXPECT_TRUE(head().cancelled);
  EXPECT_LT(head().items_done, 5'000);
}

}  // namespace
}  // namespace zerotouch::batch
