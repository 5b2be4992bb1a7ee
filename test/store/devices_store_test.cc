// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <random>

#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DevicesStoreTest : public StoreTest {
 protected:
  KeyMatches MatchesOf(const Identity& identity) {
    const Identity* const one[] = {&identity};
    auto found = Read()->Locate(one);
    EXPECT_TRUE(found.ok()) << found.status();
    return (*found)[0];
  }
  Matches LocateOne(const Identity& identity) { return DevicesOf(MatchesOf(identity)); }

  DeviceState ReadOne(DeviceId id) {
    const DeviceId ids[] = {id};
    auto states = Read()->ReadClaims(ids);
    EXPECT_TRUE(states.ok()) << states.status();
    return (*states)[0];
  }

  DeviceId AddSerial(const std::string& key, const std::string& serial) {
    DeviceState state;
    Write([&](Transaction& tx) {
      state = DeviceState();
      state.id = tx.NextDeviceId();
      state.is_new = true;
      AddStatement(state, kPartner, {.modems = {}, .serial_key = key, .serial = serial})
          .value->identifier.set_serial_number(serial);
      state.zero_touch = Claim{.held = true, .reseller = kPartner, .owner = kCustomer};
      state.zero_touch_changed = true;
      const DeviceState* const states[] = {&state};
      return tx.Apply(states);
    });
    return state.id;
  }
};

TEST_P(DevicesStoreTest, Locate_FindsByAnyModemId) {
  const DeviceId device = AddDevice({35, 36}, kPartner, kCustomer);
  EXPECT_THAT(LocateOne({.modems = {35}, .serial_key = {}, .serial = {}}), ElementsAre(device));
  EXPECT_THAT(LocateOne({.modems = {36}, .serial_key = {}, .serial = {}}), ElementsAre(device));
  EXPECT_THAT(LocateOne({.modems = {36, 35}, .serial_key = {}, .serial = {}}), ElementsAre(device));
  EXPECT_THAT(LocateOne({.modems = {37}, .serial_key = {}, .serial = {}}), IsEmpty());
  EXPECT_THAT(LocateOne({}), IsEmpty());
}

TEST_P(DevicesStoreTest, Locate_IdentifiersOfTwoDevices_GivesBothAscending) {
  const DeviceId first = AddDevice({35}, kPartner, kCustomer);
  const DeviceId second = AddDevice({36}, kPartner, kCustomer);
  ASSERT_LT(first, second);
  EXPECT_THAT(LocateOne({.modems = {36, 35}, .serial_key = {}, .serial = {}}),
              ElementsAre(first, second));
}

TEST_P(DevicesStoreTest, Locate_ManyInAnyOrder_AnswersEachInItsPlace) {
  std::vector<DeviceId> devices;
  for (ModemKey modem = 1; modem <= 50; ++modem) {
    devices.push_back(AddDevice({modem}, kPartner, kCustomer));
  }
  std::vector<Identity> identities;
  for (ModemKey modem = 1; modem <= 60; ++modem) {
    identities.push_back({.modems = {modem}, .serial_key = {}, .serial = {}});
  }
  std::shuffle(identities.begin(), identities.end(), std::mt19937(7));
  std::vector<const Identity*> asked;
  for (const Identity& identity : identities) asked.push_back(&identity);
  const auto found = Read()->Locate(asked);
  ASSERT_TRUE(found.ok());
  for (size_t i = 0; i < identities.size(); ++i) {
    const ModemKey modem = identities[i].modems[0];
    if (modem > 50) {
      EXPECT_THAT((*found)[i], IsEmpty());
    } else {
      EXPECT_THAT(DevicesOf((*found)[i]), ElementsAre(devices[static_cast<size_t>(modem - 1)]));
    }
  }
}

TEST_P(DevicesStoreTest, Locate_SerialMatchesToTheLetter) {
  const DeviceId upper = AddSerial("abc/maker", "ABC");
  const DeviceId lower = AddSerial("abc/maker", "abc");
  EXPECT_THAT(LocateOne({.modems = {}, .serial_key = "abc/maker", .serial = "ABC"}),
              ElementsAre(upper));
  EXPECT_THAT(LocateOne({.modems = {}, .serial_key = "abc/maker", .serial = "abc"}),
              ElementsAre(lower));
  EXPECT_THAT(LocateOne({.modems = {}, .serial_key = "abc/maker", .serial = "Abc"}), IsEmpty());
}

TEST_P(DevicesStoreTest, Apply_KeepsEverythingOfAClaim) {
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  const Claim sim_lock{.held = true,
                       .reseller = kOtherPartner,
                       .owner = kOtherCustomer,
                       .workspace = "C0123",
                       .configuration = ConfigurationId(5),
                       .simlock_profile = 77,
                       .vacation_starts = kNow,
                       .vacation_expires = kNow + absl::Hours(24)};
  ChangeDevice(device, [&](DeviceState& state) {
    state.sim_lock = sim_lock;
    state.sim_lock_changed = true;
  });
  Reopen();
  const DeviceState read = ReadOne(device);
  EXPECT_EQ(read.sim_lock, sim_lock);
  EXPECT_EQ(read.zero_touch, (Claim{.held = true, .reseller = kPartner, .owner = kCustomer}));
}

TEST_P(DevicesStoreTest, Apply_ReleasedClaim_KeepsItsReseller) {
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  ChangeDevice(device, [&](DeviceState& state) {
    state.zero_touch = Claim{.held = false, .reseller = kPartner};
    state.zero_touch_changed = true;
  });
  EXPECT_EQ(ReadOne(device).zero_touch, (Claim{.held = false, .reseller = kPartner}));
}

TEST_P(DevicesStoreTest, Apply_ReleasesManyAtOnce_OfEitherSection_HoweverOftenTheyWereChanged) {
  std::vector<DeviceId> ids;
  for (ModemKey modem = 1; modem <= 6; ++modem) {
    ids.push_back(AddDevice({modem}, kPartner, kCustomer));
    for (ModemKey times = 1; times < modem; ++times) {
      ChangeDevice(ids.back(), [&](DeviceState& state) {
        state.zero_touch->configuration = ConfigurationId(times);
        state.zero_touch_changed = true;
      });
    }
    if (modem > 2) continue;
    ChangeDevice(ids.back(), [&](DeviceState& state) {
      state.sim_lock = Claim{.held = true, .reseller = kOtherPartner, .owner = kCustomer};
      state.sim_lock_changed = true;
    });
  }
  Write([&](Transaction& tx) -> absl::Status {
    auto states = tx.ReadClaims(ids);
    if (!states.ok()) return states.status();
    std::vector<const DeviceState*> changed;
    for (DeviceState& state : *states) {
      for (std::optional<Claim>* claim : {&state.zero_touch, &state.sim_lock}) {
        if (claim->has_value()) *claim = GivenUp(**claim);
      }
      state.zero_touch_changed = true;
      state.sim_lock_changed = state.sim_lock.has_value();
      changed.push_back(&state);
    }
    return tx.Apply(changed);
  });
  for (size_t i = 0; i < ids.size(); ++i) {
    const DeviceState state = ReadOne(ids[i]);
    EXPECT_EQ(state.zero_touch, (Claim{.held = false, .reseller = kPartner}));
    const Claim sim_lock{.held = false, .reseller = kOtherPartner};
    EXPECT_EQ(state.sim_lock, i < 2 ? std::optional(sim_lock) : std::nullopt);
  }
}

TEST_P(DevicesStoreTest, Apply_UnchangedState_WritesNothing) {
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  ChangeDevice(device, [&](DeviceState& state) {
    state.zero_touch = Claim{.held = false, .reseller = kOtherPartner};
  });
  EXPECT_TRUE(ReadOne(device).zero_touch->held);
}

// A statement that another replica added meanwhile.
TEST_P(DevicesStoreTest, Apply_StatementThatIsThereAlready_IsAbortedWhole) {
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  const absl::Status status = store_->Write([&](Transaction& tx) {
    DeviceState state;
    state.id = device;
    AddStatement(state, kPartner, {.modems = {99}, .serial_key = {}, .serial = {}});
    const DeviceState* const states[] = {&state};
    return tx.Apply(states);
  });
  // A store with replicas retries first, without success here.
  EXPECT_TRUE(GetParam().replicas ? absl::IsUnavailable(status) : absl::IsAborted(status))
      << status;
  EXPECT_THAT(LocateOne({.modems = {99}, .serial_key = {}, .serial = {}}), IsEmpty());
}

// Changes the statements of a device after its keys were looked up, as a claim does.
class SharedKeysStoreTest : public DevicesStoreTest {
 protected:
  void Change(DeviceId device, const std::function<void(DeviceState&)>& change) {
    Write([&](Transaction& tx) -> absl::Status {
      const Identity* const one[] = {&keys_};
      absl::Status status = tx.Locate(one).status();
      const DeviceId ids[] = {device};
      auto states = tx.ReadClaims(ids);
      DeviceState* const state = &(*states)[0];
      DeviceState* const loaded[] = {state};
      status.Update(tx.ReadStatements(loaded));
      change(*state);
      const DeviceState* const changed[] = {state};
      status.Update(tx.Apply(changed));
      return status;
    });
  }
  std::vector<std::string> StatementIds() {
    std::vector<std::string> all;
    for (const KeyMatch& each : MatchesOf(keys_)) {
      all.push_back(std::to_string(each.key) + (each.device == device_ ? " first " : " other ") +
                    std::to_string(each.reseller.value()));
    }
    return all;
  }
  void State(DeviceId device, PartnerId reseller, Identity keys) {
    Change(device, [&](DeviceState& state) { AddStatement(state, reseller, keys); });
  }
  void Drop(DeviceId device, PartnerId reseller, Identity keys) {
    Change(device, [&](DeviceState& state) {
      StatementState& entry = *state.EntryOf(reseller);
      entry.value.reset();
      entry.dropped_keys = keys;
      entry.changed = true;
    });
  }

  const Identity keys_{.modems = {35, 36}, .serial_key = "abc/maker", .serial = "ABC"};
  DeviceId device_;
};

TEST_P(SharedKeysStoreTest, OneKey_OfSeveralStatements) {
  device_ = AddDevice({35}, kPartner, kCustomer);
  State(device_, kOtherPartner, keys_);
  const DeviceId other = AddDevice({7}, PartnerId(3), kCustomer);
  State(other, PartnerId(4), keys_);
  EXPECT_THAT(StatementIds(),
              testing::UnorderedElementsAre("0 first 100000001", "0 first 100000002", "0 other 4",
                                            "1 first 100000002", "1 other 4", "2 first 100000002",
                                            "2 other 4"));
  Reopen();
  const DeviceState read = Read()->ReadDevice(device_).value();
  EXPECT_EQ(read.statements.size(), 2u);
  EXPECT_NE(read.StatementOf(kOtherPartner), nullptr);

  Drop(device_, kOtherPartner, keys_);
  EXPECT_THAT(StatementIds(), testing::UnorderedElementsAre("0 first 100000001", "0 other 4",
                                                            "1 other 4", "2 other 4"));
  EXPECT_EQ(Read()->ReadDevice(device_).value().StatementOf(kOtherPartner), nullptr);
  Drop(other, PartnerId(4), keys_);
  Drop(device_, kPartner, {.modems = {35}, .serial_key = {}, .serial = {}});
  EXPECT_THAT(StatementIds(), IsEmpty());
}

// Keys that this transaction did not look up.
TEST_P(SharedKeysStoreTest, DroppedKeys_AreRead) {
  device_ = AddDevice({35, 99}, kPartner, kCustomer);
  const Identity unread{.modems = {99}, .serial_key = {}, .serial = {}};
  State(AddDevice({7}, kOtherPartner, kCustomer), PartnerId(4), {});
  Drop(device_, kPartner, unread);
  EXPECT_THAT(MatchesOf(unread), IsEmpty());
}

TEST_P(SharedKeysStoreTest, KeysThatMoveInOneChange_AreWrittenOnce) {
  device_ = AddDevice({35, 36}, kPartner, kCustomer);
  Change(device_, [&](DeviceState& state) {
    StatementState& former = *state.EntryOf(kPartner);
    former.value.reset();
    former.changed = true;
    former.dropped_keys.modems = {35, 36};
    AddStatement(state, kOtherPartner, {.modems = {35}, .serial_key = {}, .serial = {}});
  });
  EXPECT_THAT(StatementIds(), ElementsAre("0 first 100000002"));
}

TEST_P(DevicesStoreTest, ReadClaims_UnknownId_IsWithoutClaims) {
  const DeviceState state = ReadOne(DeviceId(12345));
  EXPECT_EQ(state.id, DeviceId(12345));
  EXPECT_FALSE(state.sim_lock.has_value());
  EXPECT_FALSE(state.zero_touch.has_value());
}

TEST_P(DevicesStoreTest, ReadStatements_LoadsIdentifierAndMetadata) {
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  Write([&](Transaction& tx) {
    const DeviceId ids[] = {device};
    DeviceState state = tx.ReadClaims(ids).value()[0];
    DeviceState* const loaded[] = {&state};
    EXPECT_TRUE(tx.ReadStatements(loaded).ok());
    StatementState& entry = *state.EntryOf(kPartner);
    entry.value->identifier.set_imei("490154203237518");
    (*entry.value->metadata.mutable_entries())["ordernumber"] = "A-1";
    entry.changed = true;
    const DeviceState* const states[] = {&state};
    return tx.Apply(states);
  });
  DeviceState state;
  state.id = device;
  DeviceState unknown;
  unknown.id = DeviceId(1);
  DeviceState* const states[] = {&state, &unknown};
  const auto snapshot = Read();
  for (int times = 0; times < 2; ++times) {
    ASSERT_TRUE(snapshot->ReadStatements(states).ok());
    ASSERT_EQ(state.statements.size(), 1u) << "read once";
  }
  EXPECT_EQ(state.StatementOf(kPartner)->identifier.imei(), "490154203237518");
  EXPECT_EQ(state.StatementOf(kPartner)->metadata.entries().at("ordernumber"), "A-1");
  EXPECT_TRUE(unknown.statements_read);
  EXPECT_TRUE(unknown.statements.empty());
}

TEST_P(DevicesStoreTest, ReadStatedIdentifiers_OfOneReseller_SkipsOtherDevices) {
  const DeviceId first = AddSerial("a", "S1");
  const DeviceId other = AddDevice({7}, kOtherPartner, kOtherCustomer);
  const DeviceId second = AddSerial("b", "S2");
  const DeviceId ids[] = {first, other, second};
  std::vector<std::pair<size_t, std::string>> read;
  const absl::Status status =
      Read()->ReadStatedIdentifiers(kPartner, ids, [&](size_t i, std::string_view bytes) {
        api::DeviceIdentifier identifier;
        EXPECT_TRUE(identifier.ParseFromString(std::string(bytes)));
        read.emplace_back(i, identifier.serial_number());
      });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(read, testing::UnorderedElementsAre(testing::Pair(0, "S1"), testing::Pair(2, "S2")));
}

TEST_P(DevicesStoreTest, ReadDevice_HasClaimsAndStatements) {
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  const auto snapshot = Read();
  const auto read = snapshot->ReadDevice(device);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->id, device);
  EXPECT_EQ(read->zero_touch, (Claim{.held = true, .reseller = kPartner, .owner = kCustomer}));
  EXPECT_EQ(read->sim_lock, std::nullopt);
  EXPECT_NE(read->StatementOf(kPartner), nullptr);
  const auto unknown = snapshot->ReadDevice(DeviceId(device.value() + 1));
  ASSERT_TRUE(unknown.ok()) << unknown.status();
  EXPECT_EQ(unknown->zero_touch, std::nullopt);
  EXPECT_TRUE(unknown->statements.empty());
}

TEST_P(DevicesStoreTest, NextDeviceId_Grows_AlsoAfterAReopen) {
  DeviceId before;
  Write([&](Transaction& tx) {
    const DeviceId first = tx.NextDeviceId();
    before = tx.NextDeviceId();
    EXPECT_LT(first, before);
    return absl::OkStatus();
  });
  clock_.Advance(absl::Milliseconds(1));
  Reopen();
  Write([&](Transaction& tx) {
    EXPECT_GT(tx.NextDeviceId(), before);
    return absl::OkStatus();
  });
}

TEST_P(DevicesStoreTest, FindByIdentity_FindsOwnHeldClaimsOnly) {
  const DeviceId own = AddDevice({35}, kPartner, kCustomer);
  AddDevice({36}, kOtherPartner, kOtherCustomer);
  const auto page = Read()->FindByIdentity(
      kPartner, {.modems = {35, 36}, .serial_key = {}, .serial = {}}, DeviceId(), 10);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->rows.size(), 1u);
  EXPECT_EQ(page->rows[0].id, own);
  EXPECT_EQ(page->rows[0].StatementOf(kPartner)->identifier.manufacturer(), "Maker");
  EXPECT_EQ(page->total_size, 1);
  EXPECT_FALSE(page->more);
}

TEST_P(DevicesStoreTest, FindByIdentity_ExactSerialFirst_ThenInAnyCase_InPages) {
  std::vector<DeviceId> all;
  for (const char* serial : {"ABC", "ABc", "Abc", "abc", "aBc"}) {
    all.push_back(AddSerial("abc/maker", serial));
  }
  const std::vector<DeviceId> expected = {all[2], all[0], all[1], all[3], all[4]};
  const Identity identity{.modems = {}, .serial_key = "abc/maker", .serial = "Abc"};
  for (const int64_t size : {1, 2, 3, 10}) {
    std::vector<DeviceId> seen;
    bool more = true;
    while (more) {
      const auto page =
          Read()->FindByIdentity(kPartner, identity, seen.empty() ? DeviceId() : seen.back(), size);
      ASSERT_TRUE(page.ok());
      EXPECT_EQ(page->total_size, 5);
      EXPECT_LE(page->rows.size(), static_cast<size_t>(size));
      for (const DeviceState& row : page->rows) seen.push_back(row.id);
      more = page->more;
    }
    EXPECT_EQ(seen, expected) << "pages of " << size;
  }
}

TEST_P(DevicesStoreTest, FindByIdentity_FindsOnlyWhatTheResellerStated) {
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  ChangeDevice(device, [&](DeviceState& state) {
    state.sim_lock = Claim{.held = true, .reseller = kOtherPartner, .owner = kOtherCustomer};
    state.sim_lock_changed = true;
    AddStatement(state, kOtherPartner, {.modems = {36}, .serial_key = {}, .serial = {}});
  });
  for (const auto& [modem, reseller] : {std::pair(35, kPartner), std::pair(36, kOtherPartner)}) {
    const Identity identity{.modems = {modem}, .serial_key = {}, .serial = {}};
    for (const PartnerId caller : {kPartner, kOtherPartner}) {
      const auto page = Read()->FindByIdentity(caller, identity, DeviceId(), 10).value();
      EXPECT_EQ(page.rows.size(), caller == reseller ? 1u : 0u) << modem;
      EXPECT_EQ(page.total_size, caller == reseller ? 1 : 0) << modem;
    }
  }
}

TEST_P(DevicesStoreTest, Snapshot_DoesNotSeeLaterWrites) {
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  const std::unique_ptr<Snapshot> snapshot = Read();
  const DeviceId ids[] = {device};
  ASSERT_TRUE(snapshot->ReadClaims(ids).ok());  // the snapshot begins with its first read
  ChangeDevice(device, [&](DeviceState& state) {
    state.zero_touch = Claim{.held = false, .reseller = kPartner};
    state.zero_touch_changed = true;
  });
  EXPECT_TRUE((*snapshot->ReadClaims(ids))[0].zero_touch->held);
  EXPECT_FALSE(ReadOne(device).zero_touch->held);
}

INSTANTIATE_TEST_SUITE_P(Stores, DevicesStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);
INSTANTIATE_TEST_SUITE_P(Stores, SharedKeysStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
