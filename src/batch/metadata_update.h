// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_METADATA_UPDATE_H_
#define ZEROTOUCH_BATCH_METADATA_UPDATE_H_

#include <span>

#include "absl/status/statusor.h"
#include "batch/targets.h"
#include "model/rules.h"
#include "store/devices.h"

namespace zerotouch::batch {

// Resolves and decides the metadata changes in their order. `targets[i]` is the target of
// `items[i]`. Returns results[i] for items[i], and the devices with the changes.
absl::StatusOr<DecidedTargets> DecideMetadataUpdates(
    store::DeviceReads& reads, PartnerId caller,
    std::span<const api::UpdateMetadataArguments* const> items, std::span<const ItemTarget> targets,
    const RegistryRules& rules);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_METADATA_UPDATE_H_
