// SPDX-License-Identifier: Apache-2.0
#include "model/device.h"

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

bool HoldsClaim(PartnerId partner, const DeviceState& device) {
  return Holds(partner, device.sim_lock) || Holds(partner, device.zero_touch);
}

bool IsVisibleTo(PartnerId partner, const DeviceState& device) {
  return (device.sim_lock.has_value() && device.sim_lock->reseller == partner) ||
         (device.zero_touch.has_value() && device.zero_touch->reseller == partner);
}

}  // namespace zerotouch
