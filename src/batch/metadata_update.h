// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_METADATA_UPDATE_H_
#define ZEROTOUCH_BATCH_METADATA_UPDATE_H_

#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "batch/targets.h"
#include "model/rules.h"
#include "store/store.h"

namespace zerotouch::batch {

// Resolves, decides and applies the metadata changes in their order. `targets[i]` is the target
// of `items[i]`. Returns results[i] for items[i].
absl::StatusOr<std::vector<ItemResult>> RunMetadataUpdates(
    store::Transaction& transaction, PartnerId caller,
    std::span<const api::UpdateMetadataArguments* const> items, std::span<const ItemTarget> targets,
    const RegistryRules& rules);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_METADATA_UPDATE_H_
