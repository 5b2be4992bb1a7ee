// SPDX-License-Identifier: Apache-2.0
#include "service/visible_device.h"

#include <optional>

#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/customer_rules.h"
#include "model/resource_name.h"

namespace zerotouch::service {

template <class Reads>
absl::StatusOr<DeviceState> ReadVisibleDevice(Reads& reads, PartnerId caller,
                                              const std::string& name) {
  const std::optional<DeviceName> parsed = ParseDeviceName(name);
  if (!parsed.has_value()) {
    return errors::InvalidParameter("name", "use the form partners/PARTNER/devices/DEVICE");
  }
  ZT_ASSIGN_OR_RETURN(DeviceState device, reads.ReadDevice(parsed->device));
  if (!IsVisibleTo(caller, device)) return errors::UnknownDevice();
  return device;
}

template <class Reads>
absl::StatusOr<DeviceState> ReadOwnedDevice(Reads& reads, CustomerId caller,
                                            const std::string& name) {
  const std::optional<CustomerDeviceName> parsed = ParseCustomerDeviceName(name);
  if (!parsed.has_value()) {
    return errors::InvalidParameter("name", "use the form customers/CUSTOMER/devices/DEVICE");
  }
  ZT_ASSIGN_OR_RETURN(DeviceState device, reads.ReadDevice(parsed->device));
  if (!IsOwnedBy(caller, device)) return errors::UnknownDeviceOfCustomer();
  return device;
}

template absl::StatusOr<DeviceState> ReadVisibleDevice(store::Store&, PartnerId,
                                                       const std::string&);
template absl::StatusOr<DeviceState> ReadVisibleDevice(store::Snapshot&, PartnerId,
                                                       const std::string&);
template absl::StatusOr<DeviceState> ReadOwnedDevice(store::Store&, CustomerId, const std::string&);
template absl::StatusOr<DeviceState> ReadOwnedDevice(store::Snapshot&, CustomerId,
                                                     const std::string&);

}  // namespace zerotouch::service
