// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_CLAIM_ORDER_H_
#define ZEROTOUCH_BATCH_CLAIM_ORDER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "model/hardware.h"
#include "model/identity.h"

namespace zerotouch::batch {

// Claims in the order in which they run, as positions in the span that was given.
struct ClaimOrder {
  std::vector<uint32_t> positions;
  // groups[i] is the index in `positions` of the first claim that positions[i] stays
  // together with.
  std::vector<uint32_t> groups;
};

// Returns the order in which the claims of `identities` run: known devices by id, then new devices
// by their first modem key. Claims that share an identifier, directly or through other claims, stay
// together in the order of the span, because each may change what the next one finds. `found[i]`
// are the statements that have a key of `identities[i]`. Identities without keys (of claims that
// are refused anyway) come last.
ClaimOrder OrderClaims(std::span<const Identity* const> identities,
                       std::span<const KeyMatches> found);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_CLAIM_ORDER_H_
