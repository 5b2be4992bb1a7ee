// SPDX-License-Identifier: Apache-2.0
#include "model/device.h"

#include <algorithm>

namespace zerotouch {

std::optional<Section> SectionOf(api::SectionType type) {
  switch (type) {
    case api::SECTION_TYPE_SIM_LOCK:
      return Section::kSimLock;
    case api::SECTION_TYPE_ZERO_TOUCH:
      return Section::kZeroTouch;
    default:
      return std::nullopt;
  }
}

api::DeviceType PlatformOf(const api::DeviceIdentifier& identifier) {
  return identifier.chrome_os_attested_device_id().empty() ? identifier.device_type()
                                                           : api::DEVICE_TYPE_CHROME_OS;
}

bool DeviceState::Changed() const {
  return is_new || sim_lock_changed || zero_touch_changed ||
         std::any_of(statements.begin(), statements.end(),
                     [](const StatementState& each) { return each.changed; });
}

StatementState* DeviceState::EntryOf(PartnerId reseller) {
  const auto entry =
      std::find_if(statements.begin(), statements.end(),
                   [&](const StatementState& each) { return each.reseller == reseller; });
  return entry == statements.end() ? nullptr : &*entry;
}

const Statement* DeviceState::StatementOf(PartnerId reseller) const {
  for (const StatementState& each : statements) {
    if (each.reseller == reseller && each.value.has_value()) return &*each.value;
  }
  return nullptr;
}

bool IsHeldByAnyone(const DeviceState& device) {
  return IsHeld(device.sim_lock) || IsHeld(device.zero_touch);
}

bool HoldsClaim(PartnerId partner, const DeviceState& device) {
  return Holds(partner, device.sim_lock) || Holds(partner, device.zero_touch);
}

bool IsVisibleTo(PartnerId partner, const DeviceState& device) {
  return (device.sim_lock.has_value() && device.sim_lock->reseller == partner) ||
         (device.zero_touch.has_value() && device.zero_touch->reseller == partner);
}

bool HasStated(PartnerId partner, const DeviceState& device) {
  const Statement* const statement = device.StatementOf(partner);
  return statement != nullptr && statement->identifier.ByteSizeLong() > 0;
}

}  // namespace zerotouch
