// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_UNCLAIM_H_
#define ZEROTOUCH_BATCH_UNCLAIM_H_

#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "batch/targets.h"
#include "model/rules.h"
#include "store/store.h"

namespace zerotouch::batch {

// Resolves, decides and applies the unclaims in their order. `targets[i]` is the target
// of `items[i]`. Returns results[i] for items[i].
absl::StatusOr<std::vector<ItemResult>> RunUnclaims(
    store::Transaction& transaction, PartnerId caller,
    std::span<const api::PartnerUnclaim* const> items, std::span<const ItemTarget> targets,
    absl::Time now);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_UNCLAIM_H_
