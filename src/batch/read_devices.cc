// SPDX-License-Identifier: Apache-2.0
#include "batch/read_devices.h"

#include <utility>

#include "base/check.h"
#include "base/status_macros.h"

namespace zerotouch::batch {

absl::StatusOr<std::vector<DeviceState>> ReadDevices(store::DeviceReads& reads,
                                                     std::span<const DeviceId> ids) {
  std::vector<DeviceState> states(ids.size());
  std::vector<DeviceState*> stated;
  stated.reserve(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    states[i].id = ids[i];
    stated.push_back(&states[i]);
  }
  ZT_RETURN_IF_ERROR(reads.ReadStatements(stated), "reading the statements");
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> claimed, reads.ReadClaims(ids),
                      "reading the claims");
  ZT_CHECK(claimed.size() == states.size(), "a device was lost");
  for (size_t i = 0; i < states.size(); ++i) {
    claimed[i].statements = std::move(states[i].statements);
    claimed[i].statements_read = true;
  }
  return claimed;
}

}  // namespace zerotouch::batch
