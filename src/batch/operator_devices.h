// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_OPERATOR_DEVICES_H_
#define ZEROTOUCH_BATCH_OPERATOR_DEVICES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "model/device.h"
#include "model/rules.h"
#include "store/store.h"

// Finds and changes devices for the operator: by what any reseller stated about them.
namespace zerotouch::batch {

// Returns the devices that `device` means, with claims and statements: the one with that id,
// or each about which any reseller stated one of the identifiers. `outcome` is set, and no
// device returned, if it is invalid or unknown.
absl::StatusOr<std::vector<DeviceState>> FindForOperator(store::Snapshot& snapshot,
                                                         const api::DeviceReference& device,
                                                         const RegistryRules& rules,
                                                         std::optional<Outcome>& outcome);

// Gives up the claim of the item's section by any reseller, or starts its vacation. The
// outcome is kIdentifiersPointApart if the identifiers mean several devices with a claim, and
// kNotYours if `owner` is set and is not the customer of the claim.
absl::StatusOr<ItemResult> UnclaimForOperator(store::Transaction& transaction,
                                              const api::PartnerUnclaim& item, CustomerId owner,
                                              const RegistryRules& rules, absl::Time now);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_OPERATOR_DEVICES_H_
