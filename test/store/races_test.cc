// SPDX-License-Identifier: Apache-2.0
// Replicas that change the same hardware concurrently: every interleaving of
// their round trips must have the result of some serial order.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

#include "base/fault.h"
#include "base/log.h"
#include "batch/engine.h"
#include "store/history.h"
#include "store/store.h"
#include "store/turns.h"
#include "support/postgres_cluster.h"

namespace zerotouch::store {
namespace {

const PartnerId kFirst(1);
const PartnerId kSecond(2);
const CustomerId kFirstCustomer(11);
const CustomerId kSecondCustomer(21);

struct Seen {
  std::vector<int> outcomes;  // one for each session
  std::string state;          // of the hardware, at the end
  friend auto operator<=>(const Seen&, const Seen&) = default;
};

// The calls of a session on the hardware numbered `hardware` and the next one.
using Session = std::function<Outcome(batch::Engine&, int64_t hardware)>;

std::string Imei(int64_t number) {
  const std::string digits = fmt::format("35{:012}", number);
  return digits + LuhnDigit(digits);
}

Outcome OutcomeOf(const absl::StatusOr<ItemResult>& result) {
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? result->outcome : Outcome::kUnknownDevice;
}

api::PartnerClaim ClaimFor(PartnerId reseller, const std::string& imei) {
  api::PartnerClaim claim;
  claim.mutable_device_identifier()->set_imei(imei);
  claim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
  claim.set_customer_id((reseller == kFirst ? kFirstCustomer : kSecondCustomer).value());
  return claim;
}

Session Claims(PartnerId reseller) {
  return [=](batch::Engine& engine, int64_t hardware) {
    return OutcomeOf(engine.ClaimOne(reseller, ClaimFor(reseller, Imei(hardware))));
  };
}

// Claims both modems as one device.
Session ClaimsBoth(PartnerId reseller) {
  return [=](batch::Engine& engine, int64_t hardware) {
    api::PartnerClaim claim = ClaimFor(reseller, Imei(hardware));
    claim.mutable_device_identifier()->set_imei2(Imei(hardware + 1));
    return OutcomeOf(engine.ClaimOne(reseller, claim));
  };
}

Session ClaimsSecondModem(PartnerId reseller) {
  return [=](batch::Engine& engine, int64_t hardware) {
    return OutcomeOf(engine.ClaimOne(reseller, ClaimFor(reseller, Imei(hardware + 1))));
  };
}

Session ClaimsSimLock(PartnerId reseller) {
  return [=](batch::Engine& engine, int64_t hardware) {
    api::PartnerClaim claim = ClaimFor(reseller, Imei(hardware));
    claim.set_section_type(api::SECTION_TYPE_SIM_LOCK);
    claim.set_simlock_profile_id(7);
    return OutcomeOf(engine.ClaimOne(reseller, claim));
  };
}

Session ClaimsSerial(PartnerId reseller) {
  return [=](batch::Engine& engine, int64_t hardware) {
    api::PartnerClaim claim = ClaimFor(reseller, "");
    claim.mutable_device_identifier()->set_serial_number(fmt::format("S{}", hardware));
    claim.mutable_device_identifier()->set_manufacturer("Maker");
    claim.mutable_device_identifier()->set_model("Model");
    return OutcomeOf(engine.ClaimOne(reseller, claim));
  };
}

Session Unclaims(PartnerId reseller) {
  return [=](batch::Engine& engine, int64_t hardware) {
    api::PartnerUnclaim unclaim;
    unclaim.mutable_device_identifier()->set_imei(Imei(hardware));
    unclaim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
    return OutcomeOf(engine.UnclaimOne(reseller, unclaim));
  };
}

Session UnclaimsSimLock(PartnerId reseller) {
  return [=](batch::Engine& engine, int64_t hardware) {
    api::PartnerUnclaim unclaim;
    unclaim.mutable_device_identifier()->set_imei(Imei(hardware));
    unclaim.set_section_type(api::SECTION_TYPE_SIM_LOCK);
    return OutcomeOf(engine.UnclaimOne(reseller, unclaim));
  };
}

Session SetsMetadata(PartnerId reseller, const std::string& key, const std::string& value) {
  return [=](batch::Engine& engine, int64_t hardware) {
    api::UpdateMetadataArguments update;
    update.mutable_device_identifier()->set_imei(Imei(hardware));
    (*update.mutable_device_metadata()->mutable_entries())[key] = value;
    api::DeviceMetadata after;
    return OutcomeOf(engine.UpdateMetadataOne(reseller, update, after));
  };
}

class RacesTest : public testing::Test {
 protected:
  static constexpr int kReplicas = 3;

  static void SetUpTestSuite() {
    log::SetLevel(log::Level::kOff);
    const std::string url = test::PostgresCluster::Shared().CreateDatabase();
    for (int i = 0; i < kReplicas; ++i) {
      stores_[i] = Open(url, Clock::System()).value().release();
      engines_[i] = new batch::Engine(*stores_[i], rules_, Clock::System(), {});
    }
    ASSERT_TRUE(stores_[0]->Write(Seed).ok());
  }
  static void TearDownTestSuite() {
    for (int i = 0; i < kReplicas; ++i) {
      delete engines_[i];
      delete stores_[i];
    }
    log::SetLevel(log::Level::kInfo);
  }

  // Runs the sessions in every order of `turns` choices, after `before`, and expects
  // of each the result of some serial order.
  void ExpectAsOneAfterTheOther(const std::vector<Session>& before,
                                const std::vector<Session>& sessions, int turns) {
    const std::set<Seen> serial = RunSerially(before, sessions);
    const auto count = static_cast<int>(sessions.size());
    int64_t orders = 1;
    for (int i = 0; i < turns; ++i) orders *= count;
    std::set<Seen> met;
    for (int64_t number = 0; number < orders; ++number) {
      std::vector<int> order;
      for (int64_t rest = number; static_cast<int>(order.size()) < turns; rest /= count) {
        order.push_back(static_cast<int>(rest % count));
      }
      const Seen seen = RunAtOnce(before, sessions, order);
      met.insert(seen);
      ASSERT_TRUE(serial.contains(seen))
          << "turns " << testing::PrintToString(order) << " gave "
          << testing::PrintToString(seen.outcomes) << " " << seen.state << "; one after the other "
          << Describe(serial);
    }
    // Otherwise the turns would not determine the order.
    EXPECT_EQ(met.size() > 1, serial.size() > 1) << Describe(met) << " of " << Describe(serial);
  }

  // Returns how many round trips `call` makes on new hardware, after `before`.
  int RoundTripsOf(const std::vector<Session>& before, const Session& call) {
    const int64_t hardware = NewHardware(before);
    int round_trips = 0;
    const fault::Armed armed("postgres.round_trip", [&] {
      if (this_session >= 0) ++round_trips;
      return absl::OkStatus();
    });
    this_session = 0;
    EXPECT_EQ(call(*engines_[0], hardware), Outcome::kSuccess);
    this_session = -1;
    return round_trips;
  }

 private:
  static absl::Status Seed(Transaction& tx) {
    absl::Status status;
    for (const auto& [partner, customer] :
         {std::pair(kFirst, kFirstCustomer), std::pair(kSecond, kSecondCustomer)}) {
      status.Update(tx.AddPartner({.id = partner, .name = "R", .created = absl::Now()}));
      status.Update(
          tx.AddCustomer({.id = customer, .name = "C", .created = absl::Now()}, partner, {}));
    }
    return status;
  }

  static std::string Describe(const std::set<Seen>& all) {
    std::string text;
    for (const Seen& seen : all) {
      text += fmt::format("{} {}; ", testing::PrintToString(seen.outcomes), seen.state);
    }
    return text;
  }

  int64_t NewHardware(const std::vector<Session>& before) {
    const int64_t hardware = next_hardware_ += 2;
    for (const Session& session : before) session(*engines_[0], hardware);
    return hardware;
  }

  std::set<Seen> RunSerially(const std::vector<Session>& before,
                             const std::vector<Session>& sessions) {
    std::vector<size_t> order(sessions.size());
    std::iota(order.begin(), order.end(), 0);
    std::set<Seen> all;
    do {
      const int64_t hardware = NewHardware(before);
      Seen seen;
      seen.outcomes.resize(sessions.size());
      for (const size_t i : order) {
        seen.outcomes[i] = static_cast<int>(sessions[i](*engines_[i], hardware));
      }
      seen.state = StateOf(hardware);
      all.insert(seen);
    } while (std::next_permutation(order.begin(), order.end()));
    return all;
  }

  Seen RunAtOnce(const std::vector<Session>& before, const std::vector<Session>& sessions,
                 const std::vector<int>& order) {
    const int64_t hardware = NewHardware(before);
    Turns turns(static_cast<int>(sessions.size()), order);
    Seen seen;
    seen.outcomes.resize(sessions.size());
    {
      const fault::Armed armed("postgres.round_trip", [&] {
        if (this_session >= 0) turns.Await();
        return absl::OkStatus();
      });
      std::vector<std::thread> threads;
      for (size_t i = 0; i < sessions.size(); ++i) {
        threads.emplace_back([&, i] {
          this_session = static_cast<int>(i);
          seen.outcomes[i] = static_cast<int>(sessions[i](*engines_[i], hardware));
          turns.End();
        });
      }
      turns.Run();
      for (std::thread& thread : threads) thread.join();
    }
    seen.state = StateOf(hardware);
    return seen;
  }

  // Describes the devices of the hardware: modems, serial number, claims, metadata and
  // history, in the order of the hardware that finds them.
  std::string StateOf(int64_t hardware) {
    const auto snapshot = stores_[0]->Read().value();
    std::string text;
    const Identity identities[] = {
        {.modems = {ModemKeyOfImei(Imei(hardware))}, .serial_key = {}, .serial = {}},
        {.modems = {ModemKeyOfImei(Imei(hardware + 1))}, .serial_key = {}, .serial = {}},
        SerialIdentity(hardware)};
    std::vector<const Identity*> sought;
    for (const Identity& identity : identities) sought.push_back(&identity);
    std::vector<DeviceId> known;
    const std::vector<KeyMatches> found = snapshot->Locate(sought).value();
    for (const KeyMatches& key_matches : found) {
      text += "/";
      std::vector<int64_t> resellers;
      for (const KeyMatch& each : key_matches) resellers.push_back(each.reseller.value());
      std::sort(resellers.begin(), resellers.end());
      for (const int64_t reseller : resellers) text += fmt::format("by {} ", reseller);
      // Known devices first: ids of new ones depend on the replica that made them.
      Matches devices = DevicesOf(key_matches);
      std::stable_sort(devices.begin(), devices.end(), [&](DeviceId a, DeviceId b) {
        return std::find(known.begin(), known.end(), a) < std::find(known.begin(), known.end(), b);
      });
      for (const DeviceId id : devices) {
        const auto place = std::find(known.begin(), known.end(), id);
        text += fmt::format("#{}", place - known.begin());
        if (place != known.end()) continue;
        known.push_back(id);
        text += Describe(*snapshot, id);
      }
    }
    return text;
  }

  static Identity SerialIdentity(int64_t hardware) {
    api::DeviceIdentifier identifier;
    identifier.set_serial_number(fmt::format("S{}", hardware));
    identifier.set_manufacturer("Maker");
    identifier.set_model("Model");
    return std::get<Identity>(ParseIdentity(identifier, {}));
  }

  static std::string Describe(Snapshot& snapshot, DeviceId id) {
    const DeviceId ids[] = {id};
    DeviceState state = snapshot.ReadClaims(ids).value()[0];
    DeviceState* const states[] = {&state};
    EXPECT_TRUE(snapshot.ReadStatements(states).ok());
    std::string text;
    for (const std::optional<Claim>& claim : {state.sim_lock, state.zero_touch}) {
      text += !claim.has_value() ? " -"
                                 : fmt::format(" {}{}:{}", claim->held ? "" : "was ",
                                               claim->reseller.value(), claim->owner.value());
    }
    EXPECT_FALSE(state.statements.empty());
    std::sort(
        state.statements.begin(), state.statements.end(),
        [](const StatementState& a, const StatementState& b) { return a.reseller < b.reseller; });
    for (const StatementState& each : state.statements) {
      text += fmt::format(" by {}:", each.reseller.value());
      const auto& metadata = each.value->metadata.entries();
      for (const char* key : {"ordernumber", "phonenumber"}) {
        if (metadata.contains(key)) text += fmt::format(" {}={}", key, metadata.at(key));
      }
      const int modems =
          !each.value->identifier.imei().empty() + !each.value->identifier.imei2().empty();
      text += fmt::format(" {} modems", modems);
    }
    const std::vector<HistoryEntry> history =
        ReadHistory(snapshot, id, {}, /*limit=*/20).value().entries;
    for (auto entry = history.rbegin(); entry != history.rend(); ++entry) {
      text += fmt::format(" {}:{}>{}", static_cast<int>(entry->change.section),
                          IsHeld(entry->change.before), IsHeld(entry->change.after));
    }
    return text;
  }

  static inline Store* stores_[kReplicas] = {};
  static inline batch::Engine* engines_[kReplicas] = {};
  static inline const RegistryRules rules_{};
  static inline int64_t next_hardware_ = 1;
};

// How many turns are varied for two and three sessions; later ones are in order.
constexpr int kTwo = 8;
constexpr int kThree = 5;

TEST_F(RacesTest, ChangeOfOneDevice_TakesFewRoundTrips) {
  // The keys and the device; the customers; the changes and the COMMIT.
  EXPECT_EQ(RoundTripsOf({}, Claims(kFirst)), 3);
  EXPECT_EQ(RoundTripsOf({Claims(kFirst), Unclaims(kFirst)}, Claims(kFirst)), 3);
  EXPECT_EQ(RoundTripsOf({Claims(kFirst)}, Unclaims(kFirst)), 2);
}

TEST_F(RacesTest, TwoResellersClaimNewHardware_OneHasIt) {
  ExpectAsOneAfterTheOther({}, {Claims(kFirst), Claims(kSecond)}, kTwo);
}

TEST_F(RacesTest, OneResellerClaimsNewHardwareTwice_BothSucceed) {
  ExpectAsOneAfterTheOther({}, {Claims(kFirst), Claims(kFirst)}, kTwo);
}

TEST_F(RacesTest, TwoResellersClaimOneSerial_OneHasIt) {
  ExpectAsOneAfterTheOther({}, {ClaimsSerial(kFirst), ClaimsSerial(kSecond)}, kTwo);
}

TEST_F(RacesTest, UnclaimTwice_OneFindsNoClaim) {
  ExpectAsOneAfterTheOther({Claims(kFirst)}, {Unclaims(kFirst), Unclaims(kFirst)}, kTwo);
}

TEST_F(RacesTest, UnclaimAndClaimByAnother) {
  ExpectAsOneAfterTheOther({Claims(kFirst)}, {Unclaims(kFirst), Claims(kSecond)}, kTwo);
}

// A claim that changes only what its reseller stated is logged before or after the unclaim.
TEST_F(RacesTest, UnclaimAndClaimOfMoreModems) {
  ExpectAsOneAfterTheOther({Claims(kFirst)}, {Unclaims(kFirst), ClaimsBoth(kFirst)}, kTwo);
}

TEST_F(RacesTest, UnclaimAndMetadata) {
  ExpectAsOneAfterTheOther({Claims(kFirst)},
                           {Unclaims(kFirst), SetsMetadata(kFirst, "ordernumber", "1")}, kTwo);
}

TEST_F(RacesTest, UnclaimAndClaimAgain) {
  ExpectAsOneAfterTheOther({Claims(kFirst)}, {Unclaims(kFirst), Claims(kFirst)}, kTwo);
}

TEST_F(RacesTest, ClaimsOfAGivenUpDevice_OneHasIt) {
  ExpectAsOneAfterTheOther({Claims(kFirst), Unclaims(kFirst)}, {Claims(kFirst), Claims(kSecond)},
                           kTwo);
}

TEST_F(RacesTest, HardwareThatIsJoinedWhileItIsClaimedApart) {
  ExpectAsOneAfterTheOther({}, {ClaimsBoth(kFirst), ClaimsSecondModem(kFirst)}, kTwo);
}

TEST_F(RacesTest, MetadataOfTwoCallers_BothStay) {
  ExpectAsOneAfterTheOther(
      {Claims(kFirst)},
      {SetsMetadata(kFirst, "ordernumber", "one"), SetsMetadata(kFirst, "phonenumber", "two")},
      kTwo);
}

TEST_F(RacesTest, MetadataAndUnclaim) {
  ExpectAsOneAfterTheOther({Claims(kFirst)},
                           {SetsMetadata(kFirst, "ordernumber", "one"), Unclaims(kFirst)}, kTwo);
}

TEST_F(RacesTest, SectionsOfOneDevice_AreApart) {
  ExpectAsOneAfterTheOther({Claims(kFirst)}, {ClaimsSimLock(kSecond), Unclaims(kFirst)}, kTwo);
}

TEST_F(RacesTest, SectionsOfNewHardware_AreClaimedByTwo) {
  ExpectAsOneAfterTheOther({}, {Claims(kFirst), ClaimsSimLock(kSecond)}, kTwo);
}

TEST_F(RacesTest, OwnDeviceIsClaimedAgain_WhileAnotherTakesItOver) {
  ExpectAsOneAfterTheOther({ClaimsBoth(kFirst), Unclaims(kFirst)},
                           {ClaimsSecondModem(kFirst), Claims(kSecond)}, kTwo);
}

TEST_F(RacesTest, OtherSectionOfAnOwnDevice_WhileAnotherTakesItOver) {
  ExpectAsOneAfterTheOther({ClaimsSimLock(kFirst), UnclaimsSimLock(kFirst)},
                           {Claims(kFirst), ClaimsSimLock(kSecond)}, kTwo);
}

TEST_F(RacesTest, IdentifierIsAddedToAnOwnDevice_WhileAnotherClaimsItAsNew) {
  ExpectAsOneAfterTheOther({Claims(kFirst)}, {ClaimsBoth(kFirst), ClaimsSecondModem(kSecond)},
                           kTwo);
}

TEST_F(RacesTest, ThreeMeetAtASharedDevice) {
  ExpectAsOneAfterTheOther({ClaimsSimLock(kFirst)},
                           {UnclaimsSimLock(kFirst), Claims(kFirst), ClaimsSimLock(kSecond)},
                           kThree);
}

TEST_F(RacesTest, ThreeClaimNewHardware) {
  ExpectAsOneAfterTheOther({}, {Claims(kFirst), Claims(kSecond), Claims(kFirst)}, kThree);
}

TEST_F(RacesTest, ThreeMeetAtATransfer) {
  ExpectAsOneAfterTheOther({Claims(kFirst)}, {Unclaims(kFirst), Claims(kSecond), Unclaims(kSecond)},
                           kThree);
}

TEST_F(RacesTest, ThreeMeetAtAnUnclaim) {
  ExpectAsOneAfterTheOther({Claims(kFirst)}, {Unclaims(kFirst), Claims(kSecond), Claims(kFirst)},
                           kThree);
}

}  // namespace
}  // namespace zerotouch::store
