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
  Matches LocateOne(const Identity& identity) {
    const Identity* const one[] = {&identity};
    auto found = Read()->Locate(one);
    EXPECT_TRUE(found.ok()) << found.status();
    return (*found)[0];
  }

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
      state.record.emplace();
      state.record->identifier.set_serial_number(serial);
      state.new_serial_keys = {key};
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
      EXPECT_THAT((*found)[i], ElementsAre(devices[static_cast<size_t>(modem - 1)]));
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

TEST_P(DevicesStoreTest, Apply_HardwareThatIsTaken_IsAbortedWhole) {
  AddDevice({35}, kPartner, kCustomer);
  DeviceId second;
  const absl::Status status = store_->Write([&](Transaction& tx) {
    DeviceState state;
    state.id = second = tx.NextDeviceId();
    state.is_new = true;
    state.record.emplace();
    state.new_modems = {99, 35};
    const DeviceState* const states[] = {&state};
    return tx.Apply(states);
  });
  // A store with replicas retries first, without success here.
  EXPECT_TRUE(GetParam().replicas ? absl::IsUnavailable(status) : absl::IsAborted(status))
      << status;
  EXPECT_THAT(LocateOne({.modems = {99}, .serial_key = {}, .serial = {}}), IsEmpty());
}

TEST_P(DevicesStoreTest, ReadClaims_UnknownId_IsWithoutClaims) {
  const DeviceState state = ReadOne(DeviceId(12345));
  EXPECT_EQ(state.id, DeviceId(12345));
  EXPECT_FALSE(state.sim_lock.has_value());
  EXPECT_FALSE(state.zero_touch.has_value());
}

TEST_P(DevicesStoreTest, ReadRecords_LoadsIdentifierAndMetadata) {
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  Write([&](Transaction& tx) {
    DeviceState state;
    state.id = device;
    state.record.emplace();
    state.record->identifier.set_imei("490154203237518");
    (*state.record->metadata.mutable_entries())["ordernumber"] = "A-1";
    state.record_changed = true;
    const DeviceState* const states[] = {&state};
    return tx.Apply(states);
  });
  DeviceState state;
  state.id = device;
  DeviceState unknown;
  unknown.id = DeviceId(1);
  DeviceState* const states[] = {&state, &unknown};
  ASSERT_TRUE(Read()->ReadRecords(states).ok());
  ASSERT_TRUE(state.record.has_value());
  EXPECT_EQ(state.record->identifier.imei(), "490154203237518");
  EXPECT_EQ(state.record->metadata.entries().at("ordernumber"), "A-1");
  EXPECT_FALSE(unknown.record.has_value());
}

TEST_P(DevicesStoreTest, ReadDevice_HasClaimsAndRecord) {
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  const auto snapshot = Read();
  const auto read = snapshot->ReadDevice(device);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->id, device);
  EXPECT_EQ(read->zero_touch, (Claim{.held = true, .reseller = kPartner, .owner = kCustomer}));
  EXPECT_EQ(read->sim_lock, std::nullopt);
  EXPECT_TRUE(read->record.has_value());
  const auto unknown = snapshot->ReadDevice(DeviceId(device.value() + 1));
  ASSERT_TRUE(unknown.ok()) << unknown.status();
  EXPECT_EQ(unknown->zero_touch, std::nullopt);
  EXPECT_FALSE(unknown->record.has_value());
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
  EXPECT_EQ(page->rows[0].record->identifier.manufacturer(), "Maker");
  EXPECT_EQ(page->total_size, 1);
  EXPECT_FALSE(page->more);
}

TEST_P(DevicesStoreTest, FindByIdentity_SerialInAnyCase_InPages) {
  std::vector<DeviceId> all;
  for (const char* serial : {"ABC", "ABc", "Abc", "abc", "aBc"}) {
    all.push_back(AddSerial("abc/maker", serial));
  }
  const Identity identity{.modems = {}, .serial_key = "abc/maker", .serial = "ABC"};
  std::vector<DeviceId> seen;
  bool more = true;
  while (more) {
    const auto page =
        Read()->FindByIdentity(kPartner, identity, seen.empty() ? DeviceId() : seen.back(), 2);
    ASSERT_TRUE(page.ok());
    EXPECT_EQ(page->total_size, 5);
    EXPECT_LE(page->rows.size(), 2u);
    for (const DeviceState& row : page->rows) seen.push_back(row.id);
    more = page->more;
  }
  EXPECT_EQ(seen, all);
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

}  // namespace
}  // namespace zerotouch::store
