// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_CLAIM_ORDER_H_
#define ZEROTOUCH_BATCH_CLAIM_ORDER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "model/identity.h"
#include "store/devices.h"

namespace zerotouch::batch {

// The order in which claims of the `identities` are run, as positions in the
// span: known devices first, by id; then new ones, by their hardware index
// key. Claims that share an identifier, also by way of others, stay together
// in the order of the span, because each may change what the next one finds.
// `found[i]` are the records that `identities[i]` names; null identities (of
// claims that are refused anyway) come first.
std::vector<uint32_t> OrderClaims(std::span<const Identity* const> identities,
                                  std::span<const store::Matches> found);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_CLAIM_ORDER_H_
