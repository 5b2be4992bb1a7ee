// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_TARGETS_H_
#define ZEROTOUCH_BATCH_TARGETS_H_

#include <span>
#include <type_traits>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/check.h"
#include "model/rules.h"
#include "store/store.h"

namespace zerotouch::batch {

// The target of an item that refers to a device: a record, hardware whose record is
// not known, or the outcome of an item that is refused.
using ItemTarget = std::variant<DeviceId, Identity, Outcome>;

// Returns the target of an item whose request was checked, before any look-up.
ItemTarget TargetOf(std::variant<Target, Outcome> checked);

// Looks up the hardware among `targets` and replaces it by its record, if there is one.
absl::Status LocateTargets(store::DeviceReads& reads, std::span<ItemTarget> targets);

// The devices of a chunk of items. The items decide one after the other, so that
// each sees the changes of earlier ones; then all changes are written.
class TargetDevices {
 public:
  // Looks up the devices that were not found before, and reads the claims.
  static absl::StatusOr<TargetDevices> Load(store::Transaction& transaction,
                                            std::span<const ItemTarget> targets);

  // Reads the records too, for rules that need them.
  absl::Status LoadRecords(store::Transaction& transaction);

  // Calls `decide` with the device of item `i`, or null if it is unknown, and returns
  // its result, an ItemResult or a StatusOr of one. Returns the outcome of a refused
  // item without calling `decide`.
  template <class Decision>
  std::invoke_result_t<const Decision&, DeviceState*> Decide(size_t i, const Decision& decide) {
    ZT_CHECK(i < targets_.size(), "an item has no target");
    if (const auto* refused = std::get_if<Outcome>(&targets_[i])) {
      return ItemResult{.outcome = *refused, .device = {}};
    }
    const auto* id = std::get_if<DeviceId>(&targets_[i]);
    return decide(id == nullptr ? nullptr : &StateOf(*id));
  }

  // Writes the changes.
  absl::Status Apply(store::Transaction& transaction) const;

 private:
  DeviceState& StateOf(DeviceId id);

  std::vector<ItemTarget> targets_;
  std::vector<DeviceState> states_;  // ascending by id
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_TARGETS_H_
