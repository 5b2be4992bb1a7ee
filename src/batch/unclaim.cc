// SPDX-License-Identifier: Apache-2.0
#include "batch/unclaim.h"

#include <utility>

#include "base/check.h"
#include "base/status_macros.h"

namespace zerotouch::batch {

absl::StatusOr<DecidedTargets> DecideUnclaims(store::DeviceReads& reads, PartnerId caller,
                                              std::span<const api::PartnerUnclaim* const> items,
                                              std::span<const ItemTarget> targets, absl::Time now) {
  ZT_CHECK(items.size() == targets.size(), "an item has no target");
  ZT_ASSIGN_OR_RETURN(TargetDevices devices, TargetDevices::Load(
                                                 reads, caller,
                                                 [&](size_t i) -> const api::DeviceIdentifier& {
                                                   return items[i]->device_identifier();
                                                 },
                                                 targets));
  DecidedTargets decided{.devices = std::move(devices), .results = {}};
  decided.results.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    decided.results.push_back(decided.devices.Decide(i, [&](const Hardware& hardware) {
      return DecideUnclaim(caller, *items[i], hardware, now);
    }));
  }
  return decided;
}

}  // namespace zerotouch::batch
