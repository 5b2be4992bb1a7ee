#ifndef ZEROTOUCH_BATCH_UNCLAIM_H_
#define ZEROTOUCH_BATCH_UNCLAIM_H_

#include <span>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/rules.h"
#include "store/devices.h"
#include "store/store.h"

namespace zerotouch::batch {

// What an unclaim is known to stand for: a record; hardware for which no record
// was found; or nothing, because the item is refused.
using UnclaimTarget = std::variant<DeviceId, Identity, Outcome>;

UnclaimTarget TargetOf(const api::PartnerUnclaim& item, const RegistryRules& rules, absl::Time now);

// Looks up the hardware among `targets` and puts in the record, where there is one.
absl::Status LocateTargets(store::DeviceReads& reads, std::span<UnclaimTarget> targets);

// Resolves, decides and applies unclaims in the order given, and returns their
// results in it. `targets[i]` is that of `items[i]`.
absl::StatusOr<std::vector<ItemResult>> RunUnclaims(
    store::Transaction& transaction, PartnerId caller,
    std::span<const api::PartnerUnclaim* const> items, std::span<const UnclaimTarget> targets,
    absl::Time now);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_UNCLAIM_H_
