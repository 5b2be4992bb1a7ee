// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_UNCLAIM_H_
#define ZEROTOUCH_BATCH_UNCLAIM_H_

#include <span>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "batch/targets.h"
#include "model/rules.h"
#include "store/devices.h"

namespace zerotouch::batch {

// Resolves and decides the unclaims in their order. `targets[i]` is the target of
// `items[i]`. Returns results[i] for items[i], and the devices with the changes.
absl::StatusOr<DecidedTargets> DecideUnclaims(store::DeviceReads& reads, PartnerId caller,
                                              std::span<const api::PartnerUnclaim* const> items,
                                              std::span<const ItemTarget> targets, absl::Time now);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_UNCLAIM_H_
