// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_CLAIM_H_
#define ZEROTOUCH_BATCH_CLAIM_H_

#include <span>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "model/rules.h"
#include "store/store.h"

namespace zerotouch::batch {

// Resolves, decides and applies the claims in their order. Returns results[i] for
// items[i].
absl::StatusOr<std::vector<ItemResult>> RunClaims(store::Transaction& transaction, PartnerId caller,
                                                  std::span<const api::PartnerClaim* const> items,
                                                  const RegistryRules& rules);

// Returns the results that RunClaims would return, and changes nothing. Devices that
// would be new have no id.
absl::StatusOr<std::vector<ItemResult>> PreviewClaims(
    store::Snapshot& snapshot, PartnerId caller, std::span<const api::PartnerClaim* const> items,
    const RegistryRules& rules);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_CLAIM_H_
