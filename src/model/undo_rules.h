// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_UNDO_RULES_H_
#define ZEROTOUCH_MODEL_UNDO_RULES_H_

#include <optional>

#include "base/ids.h"
#include "model/api.h"
#include "model/device.h"
#include "model/device_change.h"
#include "model/outcome.h"
#include "model/rules.h"

// The rules for taking back what an item of a batch changed; pure functions, like those of
// rules.h.
namespace zerotouch {

// Facts about a change besides its device.
struct UndoFacts {
  // The claim that made the change; null for an unclaim. Its checked form, unless the rules
  // refuse it now.
  const api::PartnerClaim* claim = nullptr;
  const CheckedClaim* checked = nullptr;
  // The caller's statement before another reseller took the device over, if it has made
  // none about it since; else null.
  const Statement* dropped = nullptr;
  // Another device has a key of `dropped`, or of what the caller stated before the change,
  // so that it cannot be stated here.
  bool keys_taken = false;
};

// Returns true if the section is no longer as the change left it: it has another holder,
// owner or SIM-lock profile. A configuration, a vacation or metadata do not count.
bool HasChangedSince(const DeviceChange& change, const DeviceState& device);

// Returns true if the undo claims the section again.
bool ClaimsAgain(const DeviceChange& change);

// Returns the caller's statement that the change altered, as it was before, or null.
const FormerStatement* AlteredStatement(PartnerId caller, const DeviceChange& change);

// Returns true if DecideUndo needs the device's statements.
bool UndoNeedsStatements(PartnerId caller, const DeviceChange& change, const DeviceState& device);

// Puts the section back as it was before the change: gives up a claim that it made, makes a
// claim again that it gave up, with the configuration if that still exists, or puts back
// what it altered. `customers` has the owner of that claim if it still is the caller's.
// On failure the device is unchanged.
ItemResult DecideUndo(PartnerId caller, const DeviceChange& change, const UndoFacts& facts,
                      const CustomersOfReseller& customers, DeviceState& device);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_UNDO_RULES_H_
