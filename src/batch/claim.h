// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_CLAIM_H_
#define ZEROTOUCH_BATCH_CLAIM_H_

#include <span>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/rules.h"
#include "store/store.h"

namespace zerotouch::batch {

// Resolves, decides and applies claims in the order given, and returns their
// results in it.
absl::StatusOr<std::vector<ItemResult>> RunClaims(store::Transaction& transaction, PartnerId caller,
                                                  std::span<const api::PartnerClaim* const> items,
                                                  const RegistryRules& rules, absl::Time now);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_CLAIM_H_
