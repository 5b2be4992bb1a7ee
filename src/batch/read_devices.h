// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_READ_DEVICES_H_
#define ZEROTOUCH_BATCH_READ_DEVICES_H_

#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "model/device.h"
#include "store/devices.h"

namespace zerotouch::batch {

// Reads the claims and the statements of the devices, which are ascending and distinct.
// Reads the statements first: another replica's claim that was not read yet then changes
// one of them, so that both cannot be written.
absl::StatusOr<std::vector<DeviceState>> ReadDevices(store::DeviceReads& reads,
                                                     std::span<const DeviceId> ids);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_READ_DEVICES_H_
