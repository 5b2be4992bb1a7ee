// SPDX-License-Identifier: Apache-2.0
#include "model/customer_rules.h"

#include <optional>
#include <utility>

namespace zerotouch {
namespace {

bool IsHeldFor(CustomerId customer, const std::optional<Claim>& claim) {
  return IsHeld(claim) && claim->owner == customer;
}

// Returns why the customer cannot change the device's zero-touch claim, or nullopt
// if it can.
std::optional<Outcome> RefusalOf(CustomerId caller, const DeviceState* device) {
  if (device == nullptr || !IsOwnedBy(caller, *device)) return Outcome::kUnknownDevice;
  if (!IsHeldFor(caller, device->zero_touch)) return Outcome::kNoZeroTouchClaim;
  return std::nullopt;
}

}  // namespace

bool IsOwnedBy(CustomerId customer, const DeviceState& device) {
  return IsHeldFor(customer, device.sim_lock) || IsHeldFor(customer, device.zero_touch);
}

ItemResult DecideConfiguration(CustomerId caller, ConfigurationId configuration,
                               DeviceState* device) {
  if (const auto wrong = RefusalOf(caller, device)) return {.outcome = *wrong, .device = {}};
  Claim after = *device->zero_touch;
  after.configuration = configuration;
  device->SetClaim(Section::kZeroTouch, std::move(after));
  return {.outcome = Outcome::kSuccess, .device = device->id};
}

ItemResult DecideCustomerUnclaim(CustomerId caller, DeviceState* device) {
  if (const auto wrong = RefusalOf(caller, device)) return {.outcome = *wrong, .device = {}};
  device->SetClaim(Section::kZeroTouch, GivenUp(*device->zero_touch));
  return {.outcome = Outcome::kSuccess, .device = device->id};
}

}  // namespace zerotouch
