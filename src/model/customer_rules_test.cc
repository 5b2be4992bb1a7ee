// SPDX-License-Identifier: Apache-2.0
#include "model/customer_rules.h"

#include <gtest/gtest.h>

namespace zerotouch {
namespace {

const CustomerId kCaller{11}, kOther{12};
const PartnerId kReseller{1};
const ConfigurationId kBefore{5}, kAfter{6};

DeviceState DeviceOf(CustomerId owner) {
  DeviceState device;
  device.id = DeviceId(7);
  device.zero_touch =
      Claim{.held = true, .reseller = kReseller, .owner = owner, .configuration = kBefore};
  return device;
}

DeviceState SimLockedOnly(CustomerId owner) {
  DeviceState device;
  device.id = DeviceId(7);
  device.sim_lock = Claim{.held = true, .reseller = kReseller, .owner = owner};
  return device;
}

TEST(IsOwnedBy, HeldClaimsOfEitherSection) {
  EXPECT_TRUE(IsOwnedBy(kCaller, DeviceOf(kCaller)));
  EXPECT_TRUE(IsOwnedBy(kCaller, SimLockedOnly(kCaller)));
  EXPECT_FALSE(IsOwnedBy(kCaller, DeviceOf(kOther)));
  EXPECT_FALSE(IsOwnedBy(kCaller, DeviceState()));
  DeviceState given_up = DeviceOf(kCaller);
  given_up.zero_touch->held = false;
  EXPECT_FALSE(IsOwnedBy(kCaller, given_up));
}

TEST(CustomerDecisions, DeviceOfOthers_IsUnknown) {
  DeviceState others = DeviceOf(kOther);
  DeviceState locked = SimLockedOnly(kCaller);
  const struct {
    const char* reason;
    DeviceState* device;
    Outcome outcome;
  } rows[] = {
      {"not in the registry", nullptr, Outcome::kUnknownDevice},
      {"another customer's", &others, Outcome::kUnknownDevice},
      {"theirs, but only by its SIM lock", &locked, Outcome::kNoZeroTouchClaim},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(DecideConfiguration(kCaller, kAfter, row.device).outcome, row.outcome) << row.reason;
    EXPECT_EQ(DecideCustomerUnclaim(kCaller, row.device).outcome, row.outcome) << row.reason;
    EXPECT_FALSE(row.device != nullptr && row.device->Changed()) << row.reason;
  }
}

TEST(DecideConfiguration, AppliesAndRemovesAConfiguration) {
  DeviceState device = DeviceOf(kCaller);
  EXPECT_EQ(DecideConfiguration(kCaller, kAfter, &device),
            (ItemResult{.outcome = Outcome::kSuccess, .device = device.id}));
  EXPECT_EQ(device.zero_touch->configuration, kAfter);
  EXPECT_TRUE(device.zero_touch_changed);
  EXPECT_EQ(DecideConfiguration(kCaller, ConfigurationId(), &device).outcome, Outcome::kSuccess);
  EXPECT_EQ(device.zero_touch->configuration, ConfigurationId());
}

TEST(DecideConfiguration, TheSameAgain_ChangesNothing) {
  DeviceState device = DeviceOf(kCaller);
  EXPECT_EQ(DecideConfiguration(kCaller, kBefore, &device).outcome, Outcome::kSuccess);
  EXPECT_FALSE(device.Changed());
}

TEST(DecideCustomerUnclaim, KeepsTheResellersView_AndTheSimLock) {
  DeviceState device = DeviceOf(kCaller);
  device.sim_lock = SimLockedOnly(kCaller).sim_lock;
  EXPECT_EQ(DecideCustomerUnclaim(kCaller, &device),
            (ItemResult{.outcome = Outcome::kSuccess, .device = device.id}));
  EXPECT_EQ(device.zero_touch, (Claim{.held = false, .reseller = kReseller}));
  EXPECT_TRUE(device.zero_touch_changed);
  EXPECT_FALSE(device.sim_lock_changed);
  EXPECT_TRUE(IsVisibleTo(kReseller, device));
  EXPECT_EQ(DecideCustomerUnclaim(kCaller, &device).outcome, Outcome::kNoZeroTouchClaim) << "again";
}

}  // namespace
}  // namespace zerotouch
