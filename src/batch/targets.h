// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_TARGETS_H_
#define ZEROTOUCH_BATCH_TARGETS_H_

#include <span>
#include <type_traits>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "model/rules.h"
#include "store/store.h"

namespace zerotouch::batch {

// What an item that names a device is known to stand for: a record; hardware
// for which no record was found; or nothing, because the item is refused.
using ItemTarget = std::variant<DeviceId, Identity, Outcome>;

// That of an item whose request was checked, but nothing looked up.
ItemTarget TargetOf(std::variant<Target, Outcome> checked);

// Looks up the hardware among `targets` and puts in the record, where there is one.
absl::Status LocateTargets(store::DeviceReads& reads, std::span<ItemTarget> targets);

// The devices of a chunk of items, by target. Items decide on them in turn, so
// that later ones see what earlier ones changed; then all is written.
class TargetDevices {
 public:
  // Looks up again what was not found before, and reads the claims.
  static absl::StatusOr<TargetDevices> Load(store::Transaction& transaction,
                                            std::span<const ItemTarget> targets);

  // Reads the records too, for rules that look at them.
  absl::Status LoadRecords(store::Transaction& transaction);

  // What the item at `i` decides: `decide` gets its device, null if the
  // registry knows none, and returns an ItemResult, or a StatusOr of one. An
  // item that is refused is not asked.
  template <class Decision>
  std::invoke_result_t<const Decision&, DeviceState*> Decide(size_t i, const Decision& decide) {
    if (const auto* refused = std::get_if<Outcome>(&targets_[i])) {
      return ItemResult{.outcome = *refused, .device = {}};
    }
    const auto* id = std::get_if<DeviceId>(&targets_[i]);
    return decide(id == nullptr ? nullptr : &StateOf(*id));
  }

  // Writes what changed.
  absl::Status Apply(store::Transaction& transaction) const;

 private:
  DeviceState& StateOf(DeviceId id);

  std::vector<ItemTarget> targets_;
  std::vector<DeviceState> states_;  // ascending by id
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_TARGETS_H_
