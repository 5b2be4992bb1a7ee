// SPDX-License-Identifier: Apache-2.0
#include "batch/operator_devices.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/sorted.h"
#include "base/status_macros.h"
#include "batch/read_devices.h"
#include "model/change_recorder.h"
#include "model/hardware.h"

namespace zerotouch::batch {
namespace {

// Returns the ids of the devices that the target may mean, ascending.
absl::StatusOr<std::vector<DeviceId>> CandidatesOf(store::DeviceReads& reads,
                                                   const Target& target) {
  if (const auto* id = std::get_if<DeviceId>(&target)) return std::vector{*id};
  const Identity* const identities[] = {&std::get<Identity>(target)};
  ZT_ASSIGN_OR_RETURN(const auto found, reads.Locate(identities));
  std::vector<DeviceId> ids;
  for (const auto& sighting : found[0]) ids.push_back(sighting.device);
  SortUnique(ids);
  return ids;
}

bool IsKnown(const DeviceState& device) {
  return device.sim_lock.has_value() || device.zero_touch.has_value();
}

}  // namespace

absl::StatusOr<std::vector<DeviceState>> FindForOperator(store::Snapshot& snapshot,
                                                         const api::DeviceReference& device,
                                                         const RegistryRules& rules,
                                                         std::optional<Outcome>& outcome) {
  std::vector<DeviceState> devices;
  const std::variant<Target, Outcome> target = TargetIn(device, rules);
  if (const auto* refused = std::get_if<Outcome>(&target)) {
    outcome = *refused;
    return devices;
  }
  ZT_ASSIGN_OR_RETURN(const std::vector<DeviceId> ids,
                      CandidatesOf(snapshot, std::get<Target>(target)));
  for (const DeviceId id : ids) {
    ZT_ASSIGN_OR_RETURN(DeviceState state, snapshot.ReadDevice(id));
    if (IsKnown(state)) devices.push_back(std::move(state));
  }
  if (devices.empty()) outcome = Outcome::kUnknownDevice;
  return devices;
}

absl::StatusOr<ItemResult> UnclaimForOperator(store::Transaction& transaction,
                                              const api::PartnerUnclaim& item, CustomerId owner,
                                              const RegistryRules& rules, absl::Time now) {
  const std::variant<Target, Outcome> target = CheckUnclaim(item, rules, now);
  if (const auto* refused = std::get_if<Outcome>(&target)) {
    return ItemResult{.outcome = *refused, .device = {}};
  }
  ZT_ASSIGN_OR_RETURN(const std::vector<DeviceId> ids,
                      CandidatesOf(transaction, std::get<Target>(target)));
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> states, transaction.ReadClaims(ids));
  std::erase_if(states, [](const DeviceState& state) { return !IsKnown(state); });
  if (states.empty()) return ItemResult{.outcome = Outcome::kUnknownDevice, .device = {}};
  const Section section = *SectionOf(item.section_type());
  std::erase_if(states, [&](const DeviceState& state) { return !IsHeld(state.ClaimIn(section)); });
  if (states.empty()) return ItemResult{.outcome = Outcome::kNotClaimed, .device = {}};
  if (states.size() > 1) {
    return ItemResult{.outcome = Outcome::kIdentifiersPointApart, .device = {}};
  }
  DeviceState& device = states[0];
  if (owner && device.ClaimIn(section)->owner != owner) {
    return ItemResult{.outcome = Outcome::kNotYours, .device = {}};
  }
  // The same rule as for the reseller that holds the claim, by the device's id.
  api::PartnerUnclaim by_id = item;
  by_id.set_device_id(device.id.value());
  const PartnerId holder = device.ClaimIn(section)->reseller;
  ChangeRecorder recorder(&device);
  const ItemResult result =
      DecideUnclaim(holder, by_id, Hardware{.device = &device, .check_identifier = false}, now);
  recorder.Record(0, holder);
  const DeviceState* const changed[] = {&device};
  if (device.Changed()) ZT_RETURN_IF_ERROR(transaction.Apply(changed));
  return result;
}

}  // namespace zerotouch::batch
