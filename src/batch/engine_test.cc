// SPDX-License-Identifier: Apache-2.0
#include "batch/engine.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "base/fault.h"
#include "base/limits.h"
#include "batch/engine_test_base.h"
#include "errors/errors.h"
#include "google/protobuf/unknown_field_set.h"

namespace zerotouch::batch {
namespace {

TEST_F(EngineTest, Results_AreInRequestOrder_ForEveryChunkSize) {
  StartEngine({.chunk_time = absl::Microseconds(1)});  // the smallest chunks
  std::vector<api::PartnerClaim> claims;
  for (int i = 0; i < 2500; ++i) claims.push_back(ClaimOf(ImeiOf((i * 37) % 2500)));
  claims[1234] = ClaimOf("not an IMEI");
  const auto claimed = RunClaims(claims);
  for (int i = 0; i < 2500; ++i) {
    EXPECT_EQ(claimed[static_cast<size_t>(i)].outcome,
              i == 1234 ? Outcome::kInvalidImei : Outcome::kSuccess);
  }
  std::vector<std::string> imeis;
  for (int i = 2499; i >= 0; --i) imeis.push_back(ImeiOf((i * 37) % 2500));
  const auto unclaimed = RunUnclaims(imeis);
  for (int i = 0; i < 2500; ++i) {
    const auto& claim = claimed[static_cast<size_t>(2499 - i)];
    const auto& unclaim = unclaimed[static_cast<size_t>(i)];
    if (2499 - i == 1234) {
      EXPECT_EQ(unclaim.outcome, Outcome::kUnknownDevice);
    } else {
      EXPECT_EQ(unclaim, claim) << "the same device";
    }
  }
}

TEST_F(EngineTest, SameDeviceTwice_FirstSucceeds_SecondFindsNoClaim) {
  StartEngine();
  ASSERT_EQ(RunClaims({ClaimOf(ImeiOf(1))})[0].outcome, Outcome::kSuccess);
  const auto results = RunUnclaims({ImeiOf(2), ImeiOf(1), ImeiOf(1)});
  EXPECT_EQ(results[0].outcome, Outcome::kUnknownDevice);
  EXPECT_EQ(results[1].outcome, Outcome::kSuccess);
  EXPECT_EQ(results[2].outcome, Outcome::kNotClaimed);
}

TEST_F(EngineTest, ClaimsThatShareIdentifiers_RunInRequestOrder) {
  StartEngine();
  // The first creates a device with 7, the second one with 8; the third has both.
  const auto apart =
      RunClaims({ClaimOf(ImeiOf(7)), ClaimOf(ImeiOf(8)), ClaimOf(ImeiOf(8), ImeiOf(7))});
  EXPECT_EQ(apart[0].outcome, Outcome::kSuccess);
  EXPECT_EQ(apart[1].outcome, Outcome::kSuccess);
  EXPECT_NE(apart[0].device, apart[1].device);
  EXPECT_EQ(apart[2].outcome, Outcome::kIdentifiersPointApart);
  // The first registers both slots, so the others are the same device.
  const auto same =
      RunClaims({ClaimOf(ImeiOf(18), ImeiOf(17)), ClaimOf(ImeiOf(17)), ClaimOf(ImeiOf(18))});
  EXPECT_EQ(same[0].outcome, Outcome::kSuccess);
  EXPECT_EQ(same[1], same[0]);
  EXPECT_EQ(same[2], same[0]);
}

TEST_F(EngineTest, SingleCalls_TakeTheSamePath) {
  StartEngine();
  const ItemResult claimed = engine_->ClaimOne(kPartner, ClaimOf(ImeiOf(1))).value();
  EXPECT_EQ(claimed.outcome, Outcome::kSuccess);
  EXPECT_EQ(engine_->UnclaimOne(kOther, UnclaimOf(ImeiOf(1)))->outcome, Outcome::kNotYours);
  EXPECT_EQ(engine_->UnclaimOne(kPartner, UnclaimOf(ImeiOf(1))).value(), claimed);
  EXPECT_EQ(engine_->UnclaimOne(kPartner, UnclaimOf(ImeiOf(1)))->outcome, Outcome::kNotClaimed);
}

TEST_F(EngineTest, DefaultConfiguration_IsForNewAndReclaimedDevices_NotForHeldOnes) {
  StartEngine();
  const auto configuration = [&](DeviceId id) {
    const DeviceId ids[] = {id};
    return store_->Read().value()->ReadClaims(ids).value()[0].zero_touch->configuration;
  };
  const DeviceId before = RunClaims({ClaimOf(ImeiOf(1))})[0].device;
  const ConfigurationId chosen(101);
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) {
                    return tx.PutConfiguration(
                        {.id = chosen, .customer = kCustomer, .is_default = true});
                  })
                  .ok());
  RunClaims({ClaimOf(ImeiOf(1))});
  EXPECT_EQ(configuration(before), ConfigurationId()) << "it is held already";
  EXPECT_EQ(configuration(RunClaims({ClaimOf(ImeiOf(2))})[0].device), chosen) << "new";
  RunUnclaims({ImeiOf(1)});
  EXPECT_EQ(configuration(before), ConfigurationId()) << "removed with the claim";
  RunClaims({ClaimOf(ImeiOf(1))});
  EXPECT_EQ(configuration(before), chosen) << "claimed again";
}

TEST_F(EngineTest, FailingCommits_AreRetried_AndNoItemRunsTwice) {
  StartEngine();
  const std::vector<std::string> imeis = Imeis(3000);
  RunClaims(ClaimsOf(imeis));
  std::atomic<int> chunk = 0;
  const fault::Armed failing("batch.chunk", [&] {
    return chunk++ % 2 == 1 ? absl::UnavailableError("disk full") : absl::OkStatus();
  });
  for (const ItemResult& result : RunUnclaims(imeis)) {
    EXPECT_EQ(result.outcome, Outcome::kSuccess);
  }
  EXPECT_GT(chunk, 2);
}

TEST_F(EngineTest, ItemThatCannotRun_Fails_AndTheOthersRun) {
  StartEngine();
  const std::vector<std::string> imeis = Imeis(3000);
  const auto claimed = RunClaims(ClaimsOf(imeis));
  // Not adjacent, and in different halves.
  const std::set<size_t> poisoned = {0, 1234, 2999};
  std::string devices;
  for (const size_t i : poisoned) devices += fmt::format("{},", claimed[i].device.value());
  devices.pop_back();
  RunSql(
      fmt::format("CREATE TRIGGER poison BEFORE INSERT ON given_up WHEN new.device IN ({}) "
                  "BEGIN SELECT raise(ABORT, 'poison'); END",
                  devices));
  const auto unclaimed = RunUnclaims(imeis);
  for (size_t i = 0; i < unclaimed.size(); ++i) {
    EXPECT_EQ(unclaimed[i].outcome, poisoned.contains(i) ? Outcome::kFailed : Outcome::kSuccess)
        << i;
  }
  RunSql("DROP TRIGGER poison");
  EXPECT_EQ(RunUnclaims({ImeiOf(1234)})[0].outcome, Outcome::kSuccess) << "it was unchanged";
}

TEST_F(EngineTest, StoreThatFails_PostponesTheOperation_WhileOthersRun) {
  StartEngine({.workers = 1, .postpone = absl::Seconds(1)});
  const std::vector<std::string> imeis = Imeis(100);
  RunClaims(ClaimsOf(imeis));
  api::UnclaimDevicesRequest unclaims;
  for (const std::string& imei : imeis) *unclaims.add_unclaims() = UnclaimOf(imei);
  RunSql(
      "CREATE TRIGGER broken BEFORE INSERT ON given_up BEGIN SELECT raise(ABORT, 'broken'); END");
  const auto waiting = engine_->AcceptUnclaims(kPartner, unclaims.unclaims());
  // Operations of other partners do not wait for it.
  api::UnclaimDevicesRequest other;
  *other.add_unclaims() = UnclaimOf(ImeiOf(101));
  EXPECT_EQ(Results(engine_->AcceptUnclaims(kOther, other.unclaims()))[0].outcome,
            Outcome::kUnknownDevice);
  EXPECT_LE(store_->Read().value()->FindOperation(waiting->id).value()->items_done, 50);
  RunSql("DROP TRIGGER broken");
  int failed = 0;
  for (const ItemResult& result : Results(waiting)) failed += result.outcome == Outcome::kFailed;
  EXPECT_LE(failed, 50) << "the rest ran after the repair";
}

TEST_F(EngineTest, UnreadableOperation_IsPostponed_WhileOthersRun) {
  api::UnclaimDevicesRequest request;
  *request.add_unclaims() = UnclaimOf(ImeiOf(1));
  engine_ = std::make_unique<Engine>(*store_, rules_, Clock::System(),
                                     EngineOptions{.workers = 1, .postpone = absl::Seconds(5)});
  const auto damaged = engine_->AcceptUnclaims(kPartner, request.unclaims());
  RunSql("UPDATE operation_chunks SET request = x'ff'");
  engine_->Start();
  EXPECT_EQ(Results(engine_->AcceptUnclaims(kOther, request.unclaims()))[0].outcome,
            Outcome::kUnknownDevice);
  EXPECT_EQ(store_->Read().value()->FindOperation(damaged->id).value()->items_done, 0);
}

TEST_F(EngineTest, BatchesWithoutMemoryForTwo_RunOneAfterTheOther) {
  StartEngine({.workers = 2, .slice = absl::Milliseconds(20), .memory_bytes = 1});
  std::vector<absl::StatusOr<store::OperationHead>> accepted;
  for (const PartnerId partner : {kPartner, kOther}) {
    api::UnclaimDevicesRequest request;
    for (int i = 0; i < 5'000; ++i) request.add_unclaims();
    accepted.push_back(engine_->AcceptUnclaims(partner, request.unclaims()));
  }
  for (const auto& each : accepted) EXPECT_EQ(Results(each).size(), 5'000u);
}

TEST_F(EngineTest, OperationOfAStoppedEngine_Continues) {
  StartEngine({.items_per_second = 2000});
  std::vector<api::PartnerClaim> claims;
  api::ClaimDevicesRequest request;
  for (int i = 0; i < 1000; ++i) *request.add_claims() = ClaimOf(ImeiOf(i));
  const auto accepted = engine_->AcceptClaims(kPartner, request.claims());
  while (store_->Read().value()->FindOperation(accepted->id).value()->items_done == 0) {
    std::this_thread::yield();
  }
  engine_->Stop();
  EXPECT_LT(store_->Read().value()->FindOperation(accepted->id).value()->items_done, 1000);
  StartEngine();
  for (const ItemResult& result : Results(accepted)) EXPECT_EQ(result.outcome, Outcome::kSuccess);
}

TEST_F(EngineTest, AccountThatIsGone_EndsItsOperationsAtTheNextChunk) {
  const std::string email = "robot@example.com";
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) {
                    return tx.AddAccount({.email = email,
                                          .client_id = "1",
                                          .partner = kPartner,
                                          .keys = {{.key_id = "k1"}, {.key_id = "k2"}}});
                  })
                  .ok());
  api::UnclaimDevicesRequest request;
  for (int i = 0; i < 1'000; ++i) *request.add_unclaims() = UnclaimOf(ImeiOf(i));
  const auto head_of = [&](const auto& operation) {
    return *store_->Read().value()->FindOperation(operation->id).value();
  };
  const auto change = [&](const std::function<absl::Status(store::Transaction&)>& mutation) {
    ASSERT_TRUE(store_->Write(mutation).ok());
  };
  StartEngine({.items_per_second = 1'000});
  const auto running = engine_->AcceptUnclaims({kPartner, email}, request.unclaims());
  const auto waiting = engine_->AcceptUnclaims({kPartner, email}, request.unclaims());
  const auto of_another =
      engine_->AcceptUnclaims({kPartner, "other@example.com"}, request.unclaims());
  while (head_of(running).items_done == 0) std::this_thread::yield();
  change([&](store::Transaction& tx) { return tx.RevokeKey(email, "k1"); });
  const int32_t before = head_of(running).items_done;
  while (head_of(running).items_done == before) std::this_thread::yield();
  EXPECT_FALSE(head_of(running).cancelled) << "one key is left";

  change([&](store::Transaction& tx) { return tx.RevokeKey(email, "k2"); });
  const int32_t at_revocation = head_of(running).items_done;
  while (!head_of(waiting).finished || !head_of(of_another).finished) std::this_thread::yield();
  EXPECT_TRUE(head_of(running).cancelled);
  EXPECT_LE(head_of(running).items_done, at_revocation + 200) << "two chunks";
  EXPECT_TRUE(head_of(waiting).cancelled);
  EXPECT_EQ(head_of(waiting).items_done, 0);
  EXPECT_TRUE(head_of(of_another).cancelled) << "an account that was never there";
  EXPECT_EQ(Results(engine_->AcceptUnclaims(kPartner, request.unclaims())).size(), 1'000u)
      << "without an account";
}

TEST_F(EngineTest, DisabledAccount_EndsItsOperations) {
  const std::string email = "robot@example.com";
  ASSERT_TRUE(store_
                  ->Write([&](store::Transaction& tx) {
                    return tx.AddAccount({.email = email,
                                          .client_id = "1",
                                          .partner = kPartner,
                                          .disabled = true,
                                          .keys = {{.key_id = "k1"}}});
                  })
                  .ok());
  StartEngine();
  api::UnclaimDevicesRequest request;
  *request.add_unclaims() = UnclaimOf(ImeiOf(1));
  const auto accepted = engine_->AcceptUnclaims({kPartner, email}, request.unclaims());
  std::optional<store::OperationHead> head;
  do {
    head = store_->Read().value()->FindOperation(accepted->id).value();
  } while (!head->finished.has_value());
  EXPECT_TRUE(head->cancelled);
}

// The wall clock and the monotonic clock of a server that sweeps.
class RetentionEngineTest : public EngineTest {
 protected:
  ~RetentionEngineTest() override { engine_.reset(); }  // uses the clock below

  void Start() {
    engine_ = std::make_unique<Engine>(*store_, rules_, clock_, EngineOptions{.workers = 1});
    engine_->Start();
    while (MarkOf() == absl::InfinitePast()) std::this_thread::yield();
  }
  // Lets the engine run, and sweep if it wants to, for a while of the given clocks.
  void Run(absl::Duration time) {
    constexpr absl::Duration kStep = absl::Minutes(11);
    for (int steps = 0; steps < 2; ++steps) {
      const absl::Time before = MarkOf();
      clock_.Advance(steps == 0 ? time - kStep : kStep);
      for (int i = 0; i < 300 && MarkOf() == before; ++i) absl::SleepFor(absl::Milliseconds(10));
    }
  }
  absl::Time MarkOf() {
    absl::Time mark = absl::InfinitePast();
    EXPECT_TRUE(store_
                    ->Write([&](store::Transaction& tx) {
                      mark = tx.LockRetentionMark().value().value_or(mark);
                      return absl::OkStatus();
                    })
                    .ok());
    return mark;
  }
  // Returns an operation that has just finished.
  OperationId Finished() {
    api::UnclaimDevicesRequest request;
    *request.add_unclaims() = UnclaimOf(ImeiOf(1));
    const auto accepted = engine_->AcceptUnclaims(kPartner, request.unclaims());
    while (!store_->Read().value()->FindOperation(accepted->id).value()->finished) {
      std::this_thread::yield();
    }
    return accepted->id;
  }
  bool IsThere(OperationId id) {
    return store_->Read().value()->FindOperation(id).value().has_value();
  }

  const absl::Time start_ = absl::FromUnixSeconds(1'800'000'000);
  FakeClock clock_{start_};
};

TEST_F(RetentionEngineTest, Operations_AreDeletedAfterTheirRetention) {
  Start();
  const OperationId old = Finished();
  Run(absl::Hours(24) * 29);
  EXPECT_TRUE(IsThere(old));
  const OperationId young = Finished();
  Run(absl::Hours(24) * 2);
  EXPECT_FALSE(IsThere(old));
  EXPECT_TRUE(IsThere(young));
}

TEST_F(RetentionEngineTest, ClockThatJumps_DeletesNothing) {
  Start();
  const OperationId first = Finished();
  clock_.Set(start_ + absl::Hours(24) * 31);
  Run(absl::Hours(1));
  EXPECT_TRUE(IsThere(first)) << "ahead";
  engine_->Stop();
  Start();
  Run(absl::Hours(1));
  EXPECT_TRUE(IsThere(first)) << "ahead, and after a restart";
  clock_.Set(start_ - absl::Hours(24) * 31);
  const OperationId second = Finished();
  Run(absl::Hours(1));
  clock_.Set(start_ + absl::Hours(3));
  Run(absl::Hours(1));
  EXPECT_TRUE(IsThere(first)) << "back";
  EXPECT_TRUE(IsThere(second)) << "back and right again";
}

TEST_F(RetentionEngineTest, ServerThatWasOff_DeletesEventually) {
  Start();
  const OperationId old = Finished();
  Run(absl::Hours(1));
  engine_->Stop();
  clock_.Set(start_ + absl::Hours(24) * 40);
  Start();
  Run(absl::Hours(1));
  EXPECT_TRUE(IsThere(old)) << "not at once";
  Run(absl::Hours(24) * 16);
  EXPECT_FALSE(IsThere(old));
}

// No length limit covers them, so they must not reach the store.
TEST_F(EngineTest, UnknownFields_AreNotStored) {
  constexpr std::string_view kMarker = "a field that no type declares";
  const auto with_unknown = [&](const std::string& imei) {
    api::PartnerClaim claim = ClaimOf(imei);
    (*claim.mutable_device_metadata()->mutable_entries())["ordernumber"] = "stored metadata";
    for (google::protobuf::Message* message :
         {static_cast<google::protobuf::Message*>(&claim),
          static_cast<google::protobuf::Message*>(claim.mutable_device_identifier()),
          static_cast<google::protobuf::Message*>(claim.mutable_device_metadata())}) {
      message->GetReflection()->MutableUnknownFields(message)->AddLengthDelimited(
          9'999, std::string(kMarker));
    }
    return claim;
  };
  StartEngine();
  EXPECT_EQ(engine_->ClaimOne(kPartner, with_unknown(ImeiOf(1)))->outcome, Outcome::kSuccess);
  EXPECT_EQ(RunClaims({with_unknown(ImeiOf(2))})[0].outcome, Outcome::kSuccess);
  std::string stored;
  for (const char* suffix : {"", "-wal"}) {
    std::ifstream file(dir_ / "registry.db" + suffix, std::ios::binary);
    stored.append(std::istreambuf_iterator<char>(file), {});
  }
  EXPECT_NE(stored.find("stored metadata"), std::string::npos);
  EXPECT_EQ(stored.find(kMarker), std::string::npos);
}

TEST_F(EngineTest, TooManyUnfinishedOperations_AreRefused) {
  engine_ = std::make_unique<Engine>(*store_, rules_, Clock::System(), EngineOptions());
  api::UnclaimDevicesRequest request;
  *request.add_unclaims() = UnclaimOf(ImeiOf(1));
  for (int i = 0; i < limits::kUnfinishedOperationsPerPartner; ++i) {
    ASSERT_TRUE(engine_->AcceptUnclaims(kPartner, request.unclaims()).ok());
  }
  EXPECT_EQ(errors::HttpStatusOf(engine_->AcceptUnclaims(kPartner, request.unclaims()).status()),
            429);
  EXPECT_TRUE(engine_->AcceptUnclaims(kOther, request.unclaims()).ok());
}

}  // namespace
}  // namespace zerotouch::batch
