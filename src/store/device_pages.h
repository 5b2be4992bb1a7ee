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

// Returns the page of the devices above `after` on which `partner` holds a
// claim. `states` are the candidates with their claims, ascending.
absl::StatusOr<Page<DeviceState>> PageOfPartner(DeviceReads& reads, std::vector<DeviceState> states,
                                                PartnerId partner, DeviceId after, int64_t limit);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_DEVICE_PAGES_H_
