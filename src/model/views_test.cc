// SPDX-License-Identifier: Apache-2.0
#include "model/views.h"

#include <gtest/gtest.h>

namespace zerotouch {
namespace {

const PartnerId kPartner{1}, kOtherPartner{2};
const CustomerId kViewer{11}, kOtherCustomer{12};
const absl::Time kNow = absl::FromUnixSeconds(1'900'000'000);

using SimLock = api::GetDeviceSimLockStateResponse;

// Claimed for zero touch by one reseller, SIM-locked by another.
DeviceState SharedDevice() {
  DeviceState device;
  device.id = DeviceId(7);
  device.zero_touch = Claim{
      .held = true, .reseller = kPartner, .owner = kViewer, .configuration = ConfigurationId(5)};
  device.sim_lock = Claim{.held = true, .reseller = kOtherPartner, .owner = kOtherCustomer};
  device.record.emplace();
  device.record->identifier.set_imei("490154203237518");
  (*device.record->metadata.mutable_entries())["ordernumber"] = "A";
  return device;
}

TEST(PartnerView, FormerHolder_DoesNotSeeTheMetadataOfTheHolder) {
  DeviceState device = SharedDevice();
  EXPECT_TRUE(PartnerView(kPartner, device, kNow).has_device_metadata());
  device.zero_touch = GivenUp(*device.zero_touch);
  EXPECT_FALSE(PartnerView(kPartner, device, kNow).has_device_metadata());
  EXPECT_TRUE(PartnerView(kOtherPartner, device, kNow).has_device_metadata());
  device.sim_lock.reset();
  EXPECT_TRUE(PartnerView(kPartner, device, kNow).has_device_metadata()) << "nobody holds it";
}

TEST(CustomerView, ShowsClaimsForTheCustomer_AndTheConfiguration) {
  const api::Device view = CustomerView(kViewer, SharedDevice(), kNow);
  EXPECT_EQ(view.name(), "customers/11/devices/7");
  EXPECT_EQ(view.device_id(), 7);
  EXPECT_EQ(view.device_identifier().imei(), "490154203237518");
  EXPECT_EQ(view.device_metadata().entries().at("ordernumber"), "A");
  ASSERT_EQ(view.claims_size(), 1);
  EXPECT_EQ(view.claims(0).reseller_id(), 1);
  EXPECT_EQ(view.claims(0).owner_company_id(), 11);
  EXPECT_EQ(view.configuration(), "customers/11/configurations/5");
}

TEST(CustomerView, OfTheOwnerOfTheSimLock_HasNoConfiguration) {
  const api::Device view = CustomerView(kOtherCustomer, SharedDevice(), kNow);
  ASSERT_EQ(view.claims_size(), 1);
  EXPECT_EQ(view.claims(0).section_type(), api::SECTION_TYPE_SIM_LOCK);
  EXPECT_EQ(view.configuration(), "");
}

TEST(SimLockStateOf, EachState) {
  DeviceState device = SharedDevice();
  EXPECT_EQ(SimLockStateOf(kOtherPartner, &device, kNow), SimLock::LOCKED_TO_PARTNER);
  EXPECT_EQ(SimLockStateOf(kPartner, &device, kNow), SimLock::LOCKED_TO_OTHER_PARTNER);
  EXPECT_EQ(SimLockStateOf(kPartner, nullptr, kNow), SimLock::UNLOCKED);
  device.sim_lock->vacation_starts = kNow - absl::Hours(1);
  device.sim_lock->vacation_expires = kNow + absl::Hours(1);
  EXPECT_EQ(SimLockStateOf(kOtherPartner, &device, kNow), SimLock::UNLOCKED);
  EXPECT_EQ(SimLockStateOf(kOtherPartner, &device, kNow + absl::Hours(1)),
            SimLock::LOCKED_TO_PARTNER)
      << "a vacation ends by itself";
  device.sim_lock = Claim{.held = false, .reseller = kOtherPartner};
  EXPECT_EQ(SimLockStateOf(kPartner, &device, kNow), SimLock::UNLOCKED);
  device.sim_lock.reset();
  EXPECT_EQ(SimLockStateOf(kPartner, &device, kNow), SimLock::UNLOCKED);
}

}  // namespace
}  // namespace zerotouch
