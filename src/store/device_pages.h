// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_DEVICE_PAGES_H_
#define ZEROTOUCH_STORE_DEVICE_PAGES_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "model/device.h"
#include "store/devices.h"
#include "store/page.h"

// Makes pages of the devices that the lists of every store find.
namespace zerotouch::store {

// Loads the page of the devices `ids`: distinct, in any order, and with those
// that follow the page if there are any.
absl::StatusOr<Page<DeviceState>> LoadPage(DeviceReads& reads, std::vector<DeviceId> ids,
                                           int64_t limit);

// A statement of a reseller that findByIdentifier found.
struct FoundDevice {
  DeviceId device;
  bool is_exact = false;  // by a modem id or exactly the serial number
};

// Returns the page of the devices behind `after` on which `partner` holds a claim: exact
// ones first, each part in the order of ids. `found` is in any order, and may have a
// device several times.
absl::StatusOr<Page<DeviceState>> PageOfFound(DeviceReads& reads, std::vector<FoundDevice> found,
                                              PartnerId partner, DeviceId after, int64_t limit);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_DEVICE_PAGES_H_
