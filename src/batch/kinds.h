// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_KINDS_H_
#define ZEROTOUCH_BATCH_KINDS_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "store/operations.h"

// The table of the kinds of operations.
namespace zerotouch::batch {

// The items that an operation echoes, of an undo those of the operation that it undoes; they decide
// how its stored request is read.
enum class ItemType : uint8_t { kClaims, kUnclaims, kUpdates };

// The effect of an operation's items.
enum class Deed : uint8_t {
  kApply,    // changes devices
  kPreview,  // only decides
  kUndo,     // takes back what another operation changed
};

struct KindTraits {
  store::BatchKind kind;
  ItemType items;
  Deed deed;
  const char* name;    // in lists and metrics
  const char* method;  // what changes devices, for their history
};

inline constexpr KindTraits kKinds[] = {
    {store::BatchKind::kClaim, ItemType::kClaims, Deed::kApply, "claim",
     "partners.devices.claimAsync"},
    {store::BatchKind::kUnclaim, ItemType::kUnclaims, Deed::kApply, "unclaim",
     "partners.devices.unclaimAsync"},
    {store::BatchKind::kUpdateMetadata, ItemType::kUpdates, Deed::kApply, "metadata",
     "partners.devices.updateMetadataAsync"},
    {store::BatchKind::kPreviewClaim, ItemType::kClaims, Deed::kPreview, "preview", ""},
    {store::BatchKind::kPreviewUnclaim, ItemType::kUnclaims, Deed::kPreview, "preview", ""},
    {store::BatchKind::kUndoClaim, ItemType::kClaims, Deed::kUndo, "undo", "openzerotouch.undo"},
    {store::BatchKind::kUndoUnclaim, ItemType::kUnclaims, Deed::kUndo, "undo",
     "openzerotouch.undo"},
};

// Returns the traits, or null for a kind that this program does not know: a newer one
// stored it.
constexpr const KindTraits* TraitsOf(store::BatchKind kind) {
  for (const KindTraits& each : kKinds) {
    if (each.kind == kind) return &each;
  }
  return nullptr;
}

// Returns true if an operation of this kind can be undone.
constexpr bool CanBeUndone(store::BatchKind kind) {
  return kind == store::BatchKind::kClaim || kind == store::BatchKind::kUnclaim;
}

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_KINDS_H_
