// SPDX-License-Identifier: Apache-2.0
// A claim that was given up may keep its row, with its owner: nothing that reads claims may
// see that.

#include "store/store_test_base.h"
#include "store/transfer.h"
#include "support/archive_rows.h"

namespace zerotouch::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GivenUpStoreTest : public StoreTest {
 protected:
  void GiveUp(DeviceId device) {
    ChangeDevice(device, [&](DeviceState& state) {
      state.zero_touch = GivenUp(*state.zero_touch);
      state.zero_touch_changed = true;
    });
  }
  void Claim(DeviceId device, PartnerId reseller, CustomerId owner) {
    ChangeDevice(device, [&](DeviceState& state) {
      state.zero_touch = zerotouch::Claim{.held = true, .reseller = reseller, .owner = owner};
      state.zero_touch_changed = true;
    });
  }
  std::optional<zerotouch::Claim> ReadOne(DeviceId id) {
    const DeviceId ids[] = {id};
    return Read()->ReadClaims(ids).value()[0].zero_touch;
  }
  // Returns the devices of the customer, by each way to ask for them.
  std::vector<DeviceId> DevicesOf(PartnerId reseller, CustomerId customer) {
    const auto snapshot = Read();
    const OwnerQuery query{.reseller = reseller, .customers = {customer}, .workspaces = {}};
    const Page<DeviceState> found = snapshot->FindByOwner(query, {}, 10'000).value();
    const Page<DeviceState> listed = snapshot->ListDevicesOfCustomer(customer, {}, 10'000).value();
    std::vector<DeviceId> ids;
    for (const DeviceState& state : found.rows) ids.push_back(state.id);
    EXPECT_EQ(snapshot->CountByOwner(query).value(), static_cast<int64_t>(ids.size()));
    EXPECT_EQ(listed.rows.size(), ids.size());
    return ids;
  }
  // Stores new devices in one transaction, and gives up the first `given_up` of them.
  std::vector<DeviceId> AddMany(size_t count, size_t given_up) {
    std::vector<DeviceState> states;
    Write([&](Transaction& tx) {
      states.assign(count, DeviceState());
      std::vector<const DeviceState*> changed;
      for (DeviceState& state : states) {
        state.id = tx.NextDeviceId();
        state.is_new = true;
        state.zero_touch = zerotouch::Claim{.held = true, .reseller = kPartner, .owner = kCustomer};
        state.zero_touch_changed = true;
        changed.push_back(&state);
      }
      return tx.Apply(changed);
    });
    std::vector<DeviceId> ids;
    for (const DeviceState& state : states) ids.push_back(state.id);
    Write([&](Transaction& tx) -> absl::Status {
      auto read = tx.ReadClaims(std::span(ids).first(given_up));
      if (!read.ok()) return read.status();
      std::vector<const DeviceState*> changed;
      for (DeviceState& state : *read) {
        state.zero_touch = GivenUp(*state.zero_touch);
        state.zero_touch_changed = true;
        changed.push_back(&state);
      }
      return tx.Apply(changed);
    });
    return ids;
  }
  std::vector<test::KeptRow> ExportedClaims() {
    test::RowKeeper keeper;
    EXPECT_TRUE(Export(url_, keeper).ok());
    std::erase_if(keeper.rows, [](const test::KeptRow& row) { return row.table != "claims"; });
    return keeper.rows;
  }
  // Settles all that was given up.
  void SettleAll() {
    for (std::optional<DeviceId> after = DeviceId(); after.has_value();) {
      const DeviceId from = *after;
      Write([&](Transaction& tx) -> absl::Status {
        auto next = tx.SettleGivenUp(from);
        if (!next.ok()) return next.status();
        after = *next;
        return absl::OkStatus();
      });
    }
  }
};

TEST_P(GivenUpStoreTest, GivenUp_IsInNoList_AndKeepsOnlyItsReseller) {
  const DeviceId kept = AddDevice({1}, kPartner, kCustomer);
  const DeviceId device = AddDevice({2}, kPartner, kCustomer);
  GiveUp(device);
  EXPECT_EQ(ReadOne(device), (zerotouch::Claim{.held = false, .reseller = kPartner}));
  EXPECT_THAT(DevicesOf(kPartner, kCustomer), ElementsAre(kept));
  GiveUp(device);
  EXPECT_EQ(ReadOne(device), (zerotouch::Claim{.held = false, .reseller = kPartner}));
}

TEST_P(GivenUpStoreTest, ClaimedAnew_IsOfItsNewOwner) {
  const DeviceId device = AddDevice({1}, kPartner, kCustomer);
  for (int times = 0; times < 2; ++times) {
    GiveUp(device);
    Claim(device, kOtherPartner, kOtherCustomer);
    EXPECT_THAT(DevicesOf(kPartner, kCustomer), IsEmpty());
    EXPECT_THAT(DevicesOf(kOtherPartner, kOtherCustomer), ElementsAre(device));
    GiveUp(device);
    EXPECT_EQ(ReadOne(device), (zerotouch::Claim{.held = false, .reseller = kOtherPartner}));
    Claim(device, kPartner, kCustomer);
    EXPECT_THAT(DevicesOf(kPartner, kCustomer), ElementsAre(device));
    EXPECT_THAT(DevicesOf(kOtherPartner, kOtherCustomer), IsEmpty());
  }
}

TEST_P(GivenUpStoreTest, ClaimedAsBefore_OrAlmost_IsWhatWasWritten) {
  const DeviceId device = AddDevice({1}, kPartner, kCustomer);
  const zerotouch::Claim before = *ReadOne(device);
  const auto write = [&](const zerotouch::Claim& claim) {
    GiveUp(device);
    ChangeDevice(device, [&](DeviceState& state) {
      state.zero_touch = claim;
      state.zero_touch_changed = true;
    });
    EXPECT_EQ(ReadOne(device), claim);
  };
  write(before);
  EXPECT_THAT(DevicesOf(kPartner, kCustomer), ElementsAre(device));
  zerotouch::Claim other = before;
  other.configuration = ConfigurationId(5);
  write(other);
  other.vacation_expires = kNow;
  write(other);
  write(other);
  other.simlock_profile = 7;
  write(other);
  write(before);
}

TEST_P(GivenUpStoreTest, GivenUpWithAnotherReseller_IsOfThatOne) {
  const DeviceId device = AddDevice({1}, kPartner, kCustomer);
  ChangeDevice(device, [&](DeviceState& state) {
    state.zero_touch = zerotouch::Claim{.held = false, .reseller = kOtherPartner};
    state.zero_touch_changed = true;
  });
  EXPECT_EQ(ReadOne(device), (zerotouch::Claim{.held = false, .reseller = kOtherPartner}));
  EXPECT_THAT(DevicesOf(kPartner, kCustomer), IsEmpty());
}

TEST_P(GivenUpStoreTest, ItsConfiguration_CanBeDeleted) {
  const ConfigurationId id(5);
  Write([&](Transaction& tx) {
    Configuration configuration;
    configuration.id = id;
    configuration.customer = kCustomer;
    return tx.PutConfiguration(configuration);
  });
  const DeviceId device = AddDevice({1}, kPartner, kCustomer);
  ChangeDevice(device, [&](DeviceState& state) {
    state.zero_touch->configuration = id;
    state.zero_touch_changed = true;
  });
  EXPECT_FALSE(
      store_->Write([&](Transaction& tx) { return tx.RemoveConfiguration(kCustomer, id); }).ok());
  GiveUp(device);
  Write([&](Transaction& tx) { return tx.RemoveConfiguration(kCustomer, id); });
}

TEST_P(GivenUpStoreTest, Export_HasOnlyItsReseller) {
  const DeviceId device = AddDevice({1}, kPartner, kCustomer);
  ChangeDevice(device, [&](DeviceState& state) {
    state.zero_touch->configuration = ConfigurationId(5);
    state.zero_touch->simlock_profile = 7;
    state.zero_touch->workspace = "C0123";
    state.zero_touch->vacation_starts = kNow;
    state.zero_touch->vacation_expires = kNow;
    state.zero_touch_changed = true;
  });
  GiveUp(device);
  const test::KeptRow expected{
      "claims",
      {device.value(), int64_t{2}, int64_t{0}, kPartner.value(), int64_t{0}, int64_t{0}, int64_t{0},
       "", std::monostate(), std::monostate(),
       Read()->ReadDevice(device).value().zero_touch_entry}};
  EXPECT_THAT(ExportedClaims(), ElementsAre(expected));
}

TEST_P(GivenUpStoreTest, FewGivenUp_AreLeft) {
  AddMany(100, 99);
  EXPECT_FALSE(Read()->HasManyGivenUp().value());
}

TEST_P(GivenUpStoreTest, Settled_ReadsAsBefore) {
  const std::vector<DeviceId> ids = AddMany(1'500, 1'200);
  Claim(ids[0], kOtherPartner, kOtherCustomer);
  EXPECT_TRUE(Read()->HasManyGivenUp().value());
  const std::vector<test::KeptRow> before = ExportedClaims();
  SettleAll();
  EXPECT_FALSE(Read()->HasManyGivenUp().value());
  EXPECT_EQ(ExportedClaims(), before);
  EXPECT_EQ(DevicesOf(kPartner, kCustomer).size(), 300u);
  EXPECT_THAT(DevicesOf(kOtherPartner, kOtherCustomer), ElementsAre(ids[0]));
  Claim(ids[1], kPartner, kCustomer);
  EXPECT_EQ(DevicesOf(kPartner, kCustomer).size(), 301u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, GivenUpStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
