// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class OwnedDevicesStoreTest : public StoreTest {
 protected:
  DeviceId Add(const Claim& zero_touch, const std::optional<Claim>& sim_lock = {}) {
    DeviceState state;
    Write([&](Transaction& tx) {
      state = DeviceState();
      state.id = tx.NextDeviceId();
      state.is_new = true;
      AddStatement(state, kPartner, {}).value->identifier.set_model("M");
      state.zero_touch = zero_touch;
      state.zero_touch_changed = true;
      state.sim_lock = sim_lock;
      state.sim_lock_changed = sim_lock.has_value();
      const DeviceState* const states[] = {&state};
      return tx.Apply(states);
    });
    return state.id;
  }
  Claim Held(PartnerId reseller, CustomerId owner) {
    return {.held = true, .reseller = reseller, .owner = owner};
  }
  Claim HeldForWorkspace(PartnerId reseller, const std::string& workspace) {
    return {.held = true, .reseller = reseller, .workspace = workspace};
  }
  static std::vector<DeviceId> IdsOf(const Page<DeviceState>& page) {
    std::vector<DeviceId> ids;
    for (const DeviceState& state : page.rows) ids.push_back(state.id);
    return ids;
  }
  Page<DeviceState> Find(const OwnerQuery& query, DeviceId after = {}, int64_t limit = 100) {
    auto page = Read()->FindByOwner(query, after, limit);
    EXPECT_TRUE(page.ok()) << page.status();
    return *page;
  }
  int64_t Count(const OwnerQuery& query) { return Read()->CountByOwner(query).value(); }
  Page<DeviceState> List(CustomerId customer, DeviceId after = {}, int64_t limit = 100) {
    auto page = Read()->ListDevicesOfCustomer(customer, after, limit);
    EXPECT_TRUE(page.ok()) << page.status();
    return *page;
  }
};

TEST_P(OwnedDevicesStoreTest, FindByOwner_OwnHeldClaimsOfTheSection_Only) {
  const DeviceId own = Add(Held(kPartner, kCustomer));
  Add(Held(kOtherPartner, kCustomer));
  Add(Held(kPartner, kOtherCustomer));
  Add({.held = false, .reseller = kPartner, .owner = kCustomer});
  const DeviceId locked = Add({.held = false, .reseller = kPartner}, Held(kPartner, kCustomer));
  const Page<DeviceState> page = Find({.reseller = kPartner, .customers = {kCustomer}});
  EXPECT_THAT(IdsOf(page), ElementsAre(own));
  EXPECT_EQ(Count({.reseller = kPartner, .customers = {kCustomer}}), 1);
  EXPECT_FALSE(page.more);
  EXPECT_EQ(page.rows[0].statements[0].value->identifier.model(), "M");
  EXPECT_EQ(page.rows[0].zero_touch, Held(kPartner, kCustomer));
  EXPECT_THAT(
      IdsOf(Find({.reseller = kPartner, .section = Section::kSimLock, .customers = {kCustomer}})),
      ElementsAre(locked));
}

TEST_P(OwnedDevicesStoreTest, FindByOwner_MergesOwnersById_InPages) {
  std::vector<DeviceId> all;
  for (int i = 0; i < 30; ++i) {
    all.push_back(i % 3 == 0   ? Add(Held(kPartner, kCustomer))
                  : i % 3 == 1 ? Add(Held(kPartner, kOtherCustomer))
                               : Add(HeldForWorkspace(kPartner, "C01")));
  }
  Add(HeldForWorkspace(kPartner, "C02"));
  const OwnerQuery query{
      .reseller = kPartner, .customers = {kCustomer, kOtherCustomer}, .workspaces = {"C01", "C03"}};
  EXPECT_EQ(Count(query), 30);
  std::vector<DeviceId> seen;
  for (bool more = true; more;) {
    const Page<DeviceState> page = Find(query, seen.empty() ? DeviceId() : seen.back(), 7);
    EXPECT_LE(page.rows.size(), 7u);
    for (const DeviceId id : IdsOf(page)) seen.push_back(id);
    more = page.more;
    // Devices that are added meanwhile are last and move no other.
    if (seen.size() == 7) all.push_back(Add(Held(kPartner, kCustomer)));
  }
  EXPECT_EQ(seen, all);
}

TEST_P(OwnedDevicesStoreTest, FindByOwner_FullLastPage_HasNoMore) {
  for (int i = 0; i < 4; ++i) Add(Held(kPartner, kCustomer));
  EXPECT_FALSE(Find({.reseller = kPartner, .customers = {kCustomer}}, {}, 4).more);
  EXPECT_TRUE(Find({.reseller = kPartner, .customers = {kCustomer}}, {}, 3).more);
  EXPECT_THAT(Find({.reseller = kPartner}).rows, IsEmpty());
}

TEST_P(OwnedDevicesStoreTest, ListDevicesOfCustomer_EachOnce_WhicheverReseller) {
  const DeviceId first = Add(Held(kPartner, kCustomer));
  const DeviceId both = Add(Held(kOtherPartner, kCustomer), Held(kPartner, kCustomer));
  Add(Held(kPartner, kOtherCustomer));
  Add({.held = false, .reseller = kPartner, .owner = kCustomer});
  const DeviceId locked = Add(Held(kOtherPartner, kOtherCustomer), Held(kOtherPartner, kCustomer));
  EXPECT_THAT(IdsOf(List(kCustomer)), ElementsAre(first, both, locked));
  const Page<DeviceState> page = List(kCustomer, first, 1);
  EXPECT_THAT(IdsOf(page), ElementsAre(both));
  EXPECT_TRUE(page.more);
  EXPECT_TRUE(page.rows[0].sim_lock.has_value());
  EXPECT_EQ(page.rows[0].statements[0].value->identifier.model(), "M");
  EXPECT_FALSE(List(kCustomer, both, 1).more);
  EXPECT_THAT(List(CustomerId(1)).rows, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Stores, OwnedDevicesStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
