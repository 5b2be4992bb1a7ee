// SPDX-License-Identifier: Apache-2.0
#include "model/views.h"

#include <gtest/gtest.h>

namespace zerotouch {
namespace {

const PartnerId kPartner{1}, kOtherPartner{2};
const CustomerId kViewer{11}, kOtherCustomer{12};
const absl::Time kNow = absl::FromUnixSeconds(1'900'000'000);

// Claimed for zero touch by one reseller, SIM-locked by another.
DeviceState SharedDevice() {
  DeviceState device;
  device.id = DeviceId(7);
  device.zero_touch = Claim{
      .held = true, .reseller = kPartner, .owner = kViewer, .configuration = ConfigurationId(5)};
  device.sim_lock = Claim{.held = true, .reseller = kOtherPartner, .owner = kOtherCustomer};
  for (const auto& [reseller, order] : {std::pair(kPartner, "A"), std::pair(kOtherPartner, "B")}) {
    StatementState& entry = device.statements.emplace_back();
    entry.reseller = reseller;
    entry.value.emplace();
    entry.value->identifier.set_imei("490154203237518");
    (*entry.value->metadata.mutable_entries())["ordernumber"] = order;
  }
  device.statements[1].value->identifier.set_serial_number("theirs");
  return device;
}

TEST(PartnerView, ShowsWhatThePartnerStatedItself) {
  DeviceState device = SharedDevice();
  for (const bool held : {true, false}) {
    if (!held) device.zero_touch = GivenUp(*device.zero_touch);
    const api::Device view = PartnerView(kPartner, device, kNow);
    EXPECT_EQ(view.device_identifier().serial_number(), "");
    EXPECT_EQ(view.device_metadata().entries().at("ordernumber"), "A");
    const api::Device other = PartnerView(kOtherPartner, device, kNow);
    EXPECT_EQ(other.device_identifier().serial_number(), "theirs");
    EXPECT_EQ(other.device_metadata().entries().at("ordernumber"), "B");
  }
  device.statements.clear();
  EXPECT_FALSE(PartnerView(kPartner, device, kNow).has_device_identifier());
}

TEST(CustomerView, ShowsWhatTheHolderOfItsClaimStated) {
  DeviceState device = SharedDevice();
  EXPECT_EQ(CustomerView(kOtherCustomer, device, kNow).device_identifier().serial_number(),
            "theirs");
  device.sim_lock->owner = kViewer;
  EXPECT_EQ(CustomerView(kViewer, device, kNow).device_identifier().serial_number(), "")
      << "the zero-touch claim goes first";
  device.zero_touch = GivenUp(*device.zero_touch);
  EXPECT_EQ(CustomerView(kViewer, device, kNow).device_identifier().serial_number(), "theirs");
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

}  // namespace
}  // namespace zerotouch
