// SPDX-License-Identifier: Apache-2.0
#include "batch/claim.h"

#include "batch/batch_run.h"
#include "batch/engine_test_base.h"

namespace zerotouch::batch {
namespace {

// Chunks of claims that are prepared, and run after others changed the registry.
class PreparedClaimsTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    // Not started: the tests run its operations.
    engine_ = std::make_unique<Engine>(*store_, rules_, Clock::System(), EngineOptions());
  }

  // Accepts claims of IMEIs 0 to `count` - 1 and loads them.
  std::unique_ptr<BatchRun> Load(int count) {
    api::ClaimDevicesRequest request;
    for (const api::PartnerClaim& claim : ClaimsOf(Imeis(count))) *request.add_claims() = claim;
    const auto head = engine_->AcceptClaims(kPartner, request.claims());
    EXPECT_TRUE(head.ok()) << head.status();
    return LoadBatchRun(*store_, *head, rules_, absl::Now(), [](uint64_t) { return true; }).value();
  }

  // Runs the chunk in a transaction that ends with `status`. Returns the results by index.
  std::vector<ItemResult> Run(const PreparedChunk& chunk,
                              const absl::Status& status = absl::OkStatus()) {
    std::vector<ItemResult> results;
    EXPECT_EQ(store_->Write([&](store::Transaction& transaction) -> absl::Status {
      const auto ran = chunk(transaction, absl::Now()).value();
      results.resize(ran.size());
      for (const store::IndexedResult& each : ran) results[each.index] = each.result;
      return status;
    }),
              status);
    return results;
  }

  ItemResult ClaimNow(PartnerId partner, CustomerId customer, const std::string& imei) {
    api::PartnerClaim claim = ClaimOf(imei);
    claim.set_customer_id(customer.value());
    const api::PartnerClaim* const items[] = {&claim};
    ItemResult result;
    EXPECT_TRUE(store_
                    ->Write([&](store::Transaction& transaction) {
                      result = batch::RunClaims(transaction, partner, items, rules_).value()[0];
                      return absl::OkStatus();
                    })
                    .ok());
    return result;
  }

  std::optional<Claim> ClaimOn(DeviceId device) {
    return store_->ReadDevice(device).value().zero_touch;
  }
};

TEST_F(PreparedClaimsTest, HardwareClaimedMeanwhile_IsRefused) {
  const std::unique_ptr<BatchRun> run = Load(3);
  const PreparedChunk chunk = run->Prepare(0, 3);
  ASSERT_EQ(ClaimNow(kOther, kOtherCustomer, ImeiOf(1)).outcome, Outcome::kSuccess);
  const std::vector<ItemResult> results = Run(chunk);
  EXPECT_EQ(results[0].outcome, Outcome::kSuccess);
  EXPECT_EQ(results[1].outcome, Outcome::kHeldByOther);
  EXPECT_EQ(results[2].outcome, Outcome::kSuccess);
  EXPECT_EQ(ClaimOn(results[2].device)->owner, kCustomer);
}

TEST_F(PreparedClaimsTest, OwnClaimMeanwhile_KeepsItsDevice) {
  const std::unique_ptr<BatchRun> run = Load(2);
  const PreparedChunk chunk = run->Prepare(0, 2);
  const DeviceId device = ClaimNow(kPartner, kCustomer, ImeiOf(0)).device;
  const std::vector<ItemResult> results = Run(chunk);
  EXPECT_EQ(results[0], (ItemResult{.outcome = Outcome::kSuccess, .device = device}));
  EXPECT_EQ(results[1].outcome, Outcome::kSuccess);
  EXPECT_NE(results[1].device, device);
}

TEST_F(PreparedClaimsTest, LostTransaction_RunsAgain) {
  const std::unique_ptr<BatchRun> run = Load(3);
  const PreparedChunk chunk = run->Prepare(0, 3);
  const std::vector<ItemResult> lost = Run(chunk, absl::UnavailableError("lost"));
  EXPECT_FALSE(ClaimOn(lost[0].device).has_value());
  for (const ItemResult& result : Run(chunk)) {
    EXPECT_EQ(result.outcome, Outcome::kSuccess);
    EXPECT_TRUE(IsHeld(ClaimOn(result.device)));
    EXPECT_EQ(store_->ReadDevice(result.device).value().statements.size(), 1);
  }
}

TEST_F(PreparedClaimsTest, LostTransactionThenForeignClaim_IsRefused) {
  const std::unique_ptr<BatchRun> run = Load(2);
  const PreparedChunk chunk = run->Prepare(0, 2);
  Run(chunk, absl::UnavailableError("lost"));
  ASSERT_EQ(ClaimNow(kOther, kOtherCustomer, ImeiOf(0)).outcome, Outcome::kSuccess);
  const std::vector<ItemResult> results = Run(chunk);
  EXPECT_EQ(results[0].outcome, Outcome::kHeldByOther);
  EXPECT_EQ(results[1].outcome, Outcome::kSuccess);
  EXPECT_EQ(store_->ReadDevice(results[1].device).value().statements.size(), 1);
}

TEST_F(PreparedClaimsTest, DefaultConfigurationSetMeanwhile_IsTaken) {
  const std::unique_ptr<BatchRun> run = Load(1);
  const PreparedChunk chunk = run->Prepare(0, 1);
  const ConfigurationId chosen(101);
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& transaction) {
                    return transaction.PutConfiguration(
                        {.id = chosen, .customer = kCustomer, .is_default = true});
                  })
                  .ok());
  EXPECT_EQ(ClaimOn(Run(chunk)[0].device)->configuration, chosen);
}

TEST_F(PreparedClaimsTest, NextChunk_PreparedBeforeTheOneBeforeIt_SeesItsDevices) {
  const std::unique_ptr<BatchRun> run = [&] {
    api::ClaimDevicesRequest request;
    for (int i = 0; i < 2; ++i) *request.add_claims() = ClaimOf(ImeiOf(5));
    return LoadBatchRun(*store_, engine_->AcceptClaims(kPartner, request.claims()).value(), rules_,
                        absl::Now(), [](uint64_t) { return true; })
        .value();
  }();
  const PreparedChunk first = run->Prepare(0, 1);
  const PreparedChunk second = run->Prepare(1, 2);
  const DeviceId device = Run(first)[0].device;
  std::vector<store::IndexedResult> results;
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& transaction) {
                    results = second(transaction, absl::Now()).value();
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(results[0].result, (ItemResult{.outcome = Outcome::kSuccess, .device = device}));
}

}  // namespace
}  // namespace zerotouch::batch
