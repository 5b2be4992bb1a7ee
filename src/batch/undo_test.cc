// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "batch/engine_test_base.h"
#include "errors/errors.h"

namespace zerotouch::batch {
namespace {

// Two resellers, and operations that are taken back.
class UndoTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    ASSERT_TRUE(store_
                    ->Write([&](store::Transaction& tx) {
                      return tx.PutConfiguration({.id = kConfiguration, .customer = kCustomer});
                    })
                    .ok());
    StartEngine();
  }

  // Runs a batch of claims and returns its operation.
  OperationId Claim(const std::vector<api::PartnerClaim>& claims, PartnerId caller) {
    api::ClaimDevicesRequest request;
    for (const api::PartnerClaim& claim : claims) *request.add_claims() = claim;
    const auto accepted = engine_->AcceptClaims(caller, request.claims());
    results_ = Results(accepted);
    return accepted->id;
  }
  OperationId Claim(const std::vector<api::PartnerClaim>& claims) {
    return Claim(claims, kPartner);
  }
  OperationId Unclaim(const std::vector<api::PartnerUnclaim>& unclaims) {
    api::UnclaimDevicesRequest request;
    for (const api::PartnerUnclaim& unclaim : unclaims) *request.add_unclaims() = unclaim;
    const auto accepted = engine_->AcceptUnclaims(kPartner, request.unclaims());
    results_ = Results(accepted);
    return accepted->id;
  }
  // Undoes the operation, and returns the outcomes.
  std::vector<Outcome> Undo(OperationId id) {
    undo_ = engine_->Undo(kPartner, id);
    std::vector<Outcome> outcomes;
    const std::vector<ItemResult> results = Results(undo_);
    for (const ItemResult& each : results) {
      outcomes.push_back(each.outcome);
      EXPECT_EQ(static_cast<bool>(each.device), each.outcome == Outcome::kSuccess);
    }
    return outcomes;
  }

  api::PartnerClaim ClaimWith(int number, const std::string& order) {
    api::PartnerClaim claim = ClaimOf(ImeiOf(number));
    if (!order.empty())
      (*claim.mutable_device_metadata()->mutable_entries())["ordernumber"] = order;
    return claim;
  }
  api::PartnerClaim LockOf(int number, int64_t profile) {
    api::PartnerClaim claim = ClaimOf(ImeiOf(number));
    claim.set_section_type(api::SECTION_TYPE_SIM_LOCK);
    claim.set_simlock_profile_id(profile);
    return claim;
  }
  api::PartnerClaim ByOther(int number) {
    api::PartnerClaim claim = ClaimOf(ImeiOf(number));
    claim.set_customer_id(kOtherCustomer.value());
    return claim;
  }

  DeviceState State(DeviceId id) { return store_->Read().value()->ReadDevice(id).value(); }
  DeviceId DeviceOf(int number) {
    const Identity identity{
        .modems = {ModemKeyOfImei(ImeiOf(number))}, .serial_key = "", .serial = ""};
    const Identity* const sought[] = {&identity};
    const auto found = store_->Read().value()->Locate(sought).value();
    return found[0].empty() ? DeviceId() : found[0][0].device;
  }
  std::string OrderOf(DeviceId id) {
    const DeviceState state = State(id);
    const Statement* const statement = state.StatementOf(kPartner);
    if (statement == nullptr) return "no statement";
    const auto entry = statement->metadata.entries().find("ordernumber");
    return entry == statement->metadata.entries().end() ? "" : entry->second;
  }

  const ConfigurationId kConfiguration{101};
  std::vector<ItemResult> results_;  // of the last batch
  absl::StatusOr<store::OperationHead> undo_ = store::OperationHead();
};

using Outcomes = std::vector<Outcome>;

TEST_F(UndoTest, Unclaims_AreClaimedAgain_AsTheyWere) {
  api::PartnerClaim claim = ClaimWith(1, "A-1");
  claim.set_configuration_id(kConfiguration.value());
  claim.mutable_device_identifier()->set_imei2(ImeiOf(2));
  Claim({claim, LockOf(3, 7)});
  const DeviceId device = results_[0].device;
  const DeviceId locked = results_[1].device;
  const DeviceState before = State(device);
  const DeviceState locked_before = State(locked);

  api::PartnerUnclaim of_lock = UnclaimOf(ImeiOf(3));
  of_lock.set_section_type(api::SECTION_TYPE_SIM_LOCK);
  const OperationId id =
      Unclaim({UnclaimOf(ImeiOf(2)), of_lock, UnclaimOf(ImeiOf(1)), UnclaimOf(ImeiOf(9))});
  EXPECT_FALSE(State(device).zero_touch->held);
  EXPECT_EQ(Undo(id), (Outcomes{Outcome::kSuccess, Outcome::kSuccess, Outcome::kNothingToUndo,
                                Outcome::kNothingToUndo}));
  EXPECT_EQ(State(device).zero_touch, before.zero_touch);
  EXPECT_EQ(State(locked).sim_lock, locked_before.sim_lock);
  EXPECT_EQ(OrderOf(device), "A-1");
  EXPECT_EQ(undo_->items, 4);
  EXPECT_EQ(undo_->undoes, id);
}

TEST_F(UndoTest, Configuration_ThatIsGone_IsNotAppliedAgain) {
  api::PartnerClaim claim = ClaimOf(ImeiOf(1));
  claim.set_configuration_id(kConfiguration.value());
  Claim({claim});
  const OperationId id = Unclaim({UnclaimOf(ImeiOf(1))});
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) {
                    return tx.RemoveConfiguration(kCustomer, kConfiguration);
                  })
                  .ok());
  EXPECT_EQ(Undo(id), Outcomes{Outcome::kSuccess});
  EXPECT_TRUE(State(DeviceOf(1)).zero_touch->held);
  EXPECT_FALSE(State(DeviceOf(1)).zero_touch->configuration);
}

TEST_F(UndoTest, Claims_AreGivenUp_OrPutBack) {
  Claim({LockOf(2, 7), ClaimWith(3, "old")});
  const OperationId id = Claim({ClaimOf(ImeiOf(1)), LockOf(2, 8), ClaimWith(3, "new"),
                                ClaimOf(ImeiOf(3)), ClaimOf("not an IMEI")});
  EXPECT_EQ(OrderOf(DeviceOf(3)), "new");
  EXPECT_EQ(Undo(id), (Outcomes{Outcome::kSuccess, Outcome::kSuccess, Outcome::kSuccess,
                                Outcome::kNothingToUndo, Outcome::kNothingToUndo}));
  EXPECT_FALSE(State(DeviceOf(1)).zero_touch->held);
  EXPECT_EQ(State(DeviceOf(1)).zero_touch->reseller, kPartner) << "it was the last to hold it";
  EXPECT_EQ(State(DeviceOf(2)).sim_lock->simlock_profile, 7);
  EXPECT_EQ(OrderOf(DeviceOf(3)), "old");
  EXPECT_TRUE(State(DeviceOf(3)).zero_touch->held);
}

TEST_F(UndoTest, SeveralItemsOfADevice_EndWhereTheyBegan) {
  Claim({LockOf(1, 5), ClaimWith(2, "0")});
  std::vector<api::PartnerClaim> claims;
  for (int i = 1; i <= 50; ++i) {
    claims.push_back(LockOf(1, 5 + i % 3));
    claims.push_back(ClaimWith(2, fmt::format("{}", i)));
    claims.push_back(ClaimWith(3, fmt::format("{}", i)));
  }
  const OperationId id = Claim(claims);
  Undo(id);
  EXPECT_EQ(State(DeviceOf(1)).sim_lock->simlock_profile, 5);
  EXPECT_EQ(OrderOf(DeviceOf(2)), "0");
  EXPECT_FALSE(State(DeviceOf(3)).zero_touch->held);

  api::PartnerUnclaim vacation = UnclaimOf(ImeiOf(1));
  vacation.set_section_type(api::SECTION_TYPE_SIM_LOCK);
  api::PartnerUnclaim give_up = vacation;
  vacation.set_vacation_mode_days(3);
  const std::optional<zerotouch::Claim> before = State(DeviceOf(1)).sim_lock;
  api::PartnerUnclaim longer = vacation;
  longer.set_vacation_mode_days(5);
  EXPECT_EQ(Undo(Unclaim({vacation, longer, give_up})), Outcomes(3, Outcome::kSuccess));
  EXPECT_EQ(State(DeviceOf(1)).sim_lock, before);
}

TEST_F(UndoTest, WhatChangedSince_Stays) {
  Claim({LockOf(1, 7), ClaimOf(ImeiOf(4))});
  const OperationId claims = Claim({LockOf(1, 8), ClaimOf(ImeiOf(2)), ClaimOf(ImeiOf(3))});
  Claim({LockOf(1, 9)});
  Unclaim({UnclaimOf(ImeiOf(2))});
  api::UpdateMetadataArguments update;
  *update.mutable_device_identifier() = ClaimOf(ImeiOf(3)).device_identifier();
  (*update.mutable_device_metadata()->mutable_entries())["ordernumber"] = "later";
  api::DeviceMetadata after;
  ASSERT_TRUE(engine_->UpdateMetadataOne(kPartner, update, after).ok());
  EXPECT_EQ(Undo(claims),
            (Outcomes{Outcome::kChangedSince, Outcome::kChangedSince, Outcome::kSuccess}))
      << "metadata do not count";
  EXPECT_EQ(State(DeviceOf(1)).sim_lock->simlock_profile, 9);

  const OperationId unclaims = Unclaim({UnclaimOf(ImeiOf(4))});
  Claim({ByOther(4)}, kOther);
  EXPECT_EQ(Undo(unclaims), Outcomes{Outcome::kChangedSince});
  EXPECT_TRUE(Holds(kOther, State(DeviceOf(4)).zero_touch));
}

TEST_F(UndoTest, DeviceThatAnotherTookOverAndGaveUp_IsClaimedAgain_WithItsStatement) {
  Claim({ClaimWith(1, "mine")});
  const DeviceId device = results_[0].device;
  const OperationId id = Unclaim({UnclaimOf(ImeiOf(1))});
  Claim({ByOther(1)}, kOther);
  EXPECT_EQ(results_[0].device, device);
  EXPECT_EQ(OrderOf(device), "no statement");
  ASSERT_TRUE(engine_->UnclaimOne(kOther, UnclaimOf(ImeiOf(1))).ok());
  EXPECT_EQ(Undo(id), Outcomes{Outcome::kSuccess});
  EXPECT_TRUE(Holds(kPartner, State(device).zero_touch));
  EXPECT_EQ(OrderOf(device), "mine");
  EXPECT_EQ(State(device).StatementOf(kOther), nullptr);
  EXPECT_EQ(DeviceOf(1), device) << "found by its identifiers";
}

TEST_F(UndoTest, IdentifiersThatAnotherDeviceHasNow_AreNotStatedAgain) {
  api::PartnerClaim claim = ClaimOf(ImeiOf(1));
  claim.mutable_device_identifier()->set_imei2(ImeiOf(2));
  Claim({claim});
  const OperationId id = Unclaim({UnclaimOf(ImeiOf(1))});
  Claim({ByOther(1)}, kOther);
  Claim({ClaimOf(ImeiOf(2))});
  ASSERT_EQ(results_[0].outcome, Outcome::kSuccess);
  ASSERT_TRUE(engine_->UnclaimOne(kOther, UnclaimOf(ImeiOf(1))).ok());
  EXPECT_EQ(Undo(id), Outcomes{Outcome::kChangedSince});
}

TEST_F(UndoTest, OperationsThatCannotBeUndone_AreRefused) {
  const auto refused = [&](PartnerId caller, OperationId id) {
    const absl::Status status = engine_->Undo(caller, id).status();
    return fmt::format("{} {}", errors::HttpStatusOf(status),
                       api::CustomErrorCode_Name(errors::CodeOf(status)));
  };
  const OperationId claims = Claim({ClaimOf(ImeiOf(1))});
  EXPECT_EQ(refused(kOther, claims), "404 INVALID_OPERATION_ID");
  EXPECT_EQ(refused(kPartner, OperationId(12345)), "404 INVALID_OPERATION_ID");
  api::UpdateDeviceMetadataInBatchRequest update;
  update.add_updates();
  const auto metadata = engine_->AcceptMetadataUpdates(kPartner, update.updates());
  Results(metadata);
  EXPECT_EQ(refused(kPartner, metadata->id), "400 INVALID_OPERATION");
  api::ClaimDevicesRequest request;
  *request.add_claims() = ClaimOf(ImeiOf(2));
  const auto preview = engine_->PreviewClaims(kPartner, request.claims());
  Results(preview);
  EXPECT_EQ(refused(kPartner, preview->id), "400 INVALID_OPERATION");
  Undo(claims);
  EXPECT_EQ(refused(kPartner, claims), "400 INVALID_OPERATION") << "a second time";
  EXPECT_EQ(refused(kPartner, undo_->id), "400 INVALID_OPERATION") << "an undo";
  engine_->Stop();
  const auto waiting = engine_->AcceptClaims(kPartner, request.claims());
  EXPECT_EQ(refused(kPartner, waiting->id), "400 INVALID_OPERATION") << "not done";
}

TEST_F(UndoTest, CancelledUndo_MayBeRepeated) {
  std::vector<api::PartnerClaim> claims;
  for (int i = 0; i < 400; ++i) claims.push_back(ClaimOf(ImeiOf(i)));
  const OperationId id = Claim(claims);
  StartEngine({.items_per_second = 500});
  const auto first = engine_->Undo(kPartner, id);
  const auto head = [&] { return *store_->Read().value()->FindOperation(first->id).value(); };
  while (head().items_done == 0) std::this_thread::yield();
  EXPECT_FALSE(engine_->Undo(kPartner, id).ok()) << "it runs";
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) {
                    return tx.CancelOperation(first->id, absl::Now());
                  })
                  .ok());
  StartEngine();
  const int32_t undone = head().items_done;
  EXPECT_LT(undone, 400);
  const Outcomes outcomes = Undo(id);
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), Outcome::kChangedSince), undone);
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), Outcome::kSuccess), 400 - undone);
  for (int i = 0; i < 400; ++i) EXPECT_FALSE(State(DeviceOf(i)).zero_touch->held);
}

}  // namespace
}  // namespace zerotouch::batch
