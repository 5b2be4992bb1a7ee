// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_VISIBLE_DEVICE_H_
#define ZEROTOUCH_SERVICE_VISIBLE_DEVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "model/device.h"
#include "store/store.h"

namespace zerotouch::service {

// Reads the device that `name` (`partners/P/devices/D`) names. Returns
// errors::InvalidParameter if it is no such name, and errors::UnknownDevice unless `caller`
// holds a claim on the device or was the last one to hold it, whether or not the device exists.
// Reads is a store or a snapshot.
template <class Reads>
absl::StatusOr<DeviceState> ReadVisibleDevice(Reads& reads, PartnerId caller,
                                              const std::string& name);

// Reads the device that `name` (`customers/C/devices/D`) names. Returns
// errors::InvalidParameter if it is no such name, and errors::UnknownDeviceOfCustomer unless
// `caller` owns the device.
template <class Reads>
absl::StatusOr<DeviceState> ReadOwnedDevice(Reads& reads, CustomerId caller,
                                            const std::string& name);

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_VISIBLE_DEVICE_H_
