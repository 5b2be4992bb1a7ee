// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_KINDS_H_
#define ZEROTOUCH_BATCH_KINDS_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "store/operations.h"

// The table of the kinds of operations.
namespace zerotouch::batch {

// The items that an operation echoes; they decide how its stored request is read.
enum class ItemType : uint8_t { kClaims, kUnclaims, kUpdates };

// The effect of an operation's items.
enum class Deed : uint8_t {
  kApply,    // changes devices
  kPreview,  // only decides
};

struct KindTraits {
  store::BatchKind kind;
  ItemType items;
  Deed deed;
  const char* name;  // in lists and metrics
};

inline constexpr KindTraits kKinds[] = {
    {store::BatchKind::kClaim, ItemType::kClaims, Deed::kApply, "claim"},
    {store::BatchKind::kUnclaim, ItemType::kUnclaims, Deed::kApply, "unclaim"},
    {store::BatchKind::kUpdateMetadata, ItemType::kUpdates, Deed::kApply, "metadata"},
    {store::BatchKind::kPreviewClaim, ItemType::kClaims, Deed::kPreview, "preview"},
    {store::BatchKind::kPreviewUnclaim, ItemType::kUnclaims, Deed::kPreview, "preview"},
};

// Returns the traits, or null for a kind that this program does not know: a newer one
// stored it.
constexpr const KindTraits* TraitsOf(store::BatchKind kind) {
  for (const KindTraits& each : kKinds) {
    if (each.kind == kind) return &each;
  }
  return nullptr;
}

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_KINDS_H_
