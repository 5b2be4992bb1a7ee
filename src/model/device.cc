#include "model/device.h"

namespace zerotouch {

bool IsVisibleTo(PartnerId partner, const DeviceState& device) {
  return (device.sim_lock.has_value() && device.sim_lock->reseller == partner) ||
         (device.zero_touch.has_value() && device.zero_touch->reseller == partner);
}

}  // namespace zerotouch
