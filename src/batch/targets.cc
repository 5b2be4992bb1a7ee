// SPDX-License-Identifier: Apache-2.0
#include "batch/targets.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/sorted.h"
#include "base/status_macros.h"

namespace zerotouch::batch {
namespace {

// Returns the device ids of the targets, ascending and distinct.
std::vector<DeviceId> DevicesOf(std::span<const ItemTarget> targets) {
  std::vector<DeviceId> ids;
  ids.reserve(targets.size());
  for (const ItemTarget& target : targets) {
    if (const auto* id = std::get_if<DeviceId>(&target)) ids.push_back(*id);
  }
  SortUnique(ids);
  return ids;
}

}  // namespace

ItemTarget TargetOf(std::variant<Target, Outcome> checked) {
  if (const auto* refused = std::get_if<Outcome>(&checked)) return *refused;
  return std::visit([](auto& target) -> ItemTarget { return std::move(target); },
                    std::get<Target>(checked));
}

absl::Status LocateTargets(store::DeviceReads& reads, std::span<ItemTarget> targets) {
  std::vector<ItemTarget*> sought;
  std::vector<const Identity*> identities;
  for (ItemTarget& target : targets) {
    const auto* identity = std::get_if<Identity>(&target);
    if (identity == nullptr) continue;
    sought.push_back(&target);
    identities.push_back(identity);
  }
  if (sought.empty()) return absl::OkStatus();
  ZT_ASSIGN_OR_RETURN(const std::vector<store::Matches> found, reads.Locate(identities),
                      "looking up the devices");
  ZT_CHECK(found.size() == sought.size(), "a look-up lost an identity");
  for (size_t i = 0; i < sought.size(); ++i) {
    if (found[i].size() == 1) *sought[i] = found[i][0];
    if (found[i].size() > 1) *sought[i] = Outcome::kIdentifiersPointApart;
  }
  return absl::OkStatus();
}

absl::StatusOr<TargetDevices> TargetDevices::Load(store::Transaction& transaction,
                                                  std::span<const ItemTarget> targets) {
  TargetDevices devices;
  devices.targets_.assign(targets.begin(), targets.end());
  ZT_RETURN_IF_ERROR(LocateTargets(transaction, devices.targets_));
  ZT_ASSIGN_OR_RETURN(devices.states_, transaction.ReadClaims(DevicesOf(devices.targets_)),
                      "reading the claims");
  return devices;
}

absl::Status TargetDevices::LoadRecords(store::Transaction& transaction) {
  std::vector<DeviceState*> states;
  states.reserve(states_.size());
  for (DeviceState& state : states_) states.push_back(&state);
  return WithContext(transaction.ReadRecords(states), "reading the records");
}

DeviceState& TargetDevices::StateOf(DeviceId id) {
  const auto state =
      std::lower_bound(states_.begin(), states_.end(), id,
                       [](const DeviceState& other, DeviceId sought) { return other.id < sought; });
  ZT_CHECK(state != states_.end() && state->id == id, "the device of an item was not loaded");
  return *state;
}

absl::Status TargetDevices::Apply(store::Transaction& transaction) const {
  std::vector<const DeviceState*> changed;
  changed.reserve(states_.size());
  for (const DeviceState& state : states_) {
    if (state.Changed()) changed.push_back(&state);
  }
  return WithContext(transaction.Apply(changed), "writing the devices");
}

}  // namespace zerotouch::batch
