// SPDX-License-Identifier: Apache-2.0
#include "batch/targets.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/sorted.h"
#include "base/status_macros.h"
#include "batch/read_devices.h"
#include "model/statement.h"

namespace zerotouch::batch {
namespace {

// Hardware among the targets of items, and the statements that have a key of it.
struct Sought {
  std::vector<size_t> items;
  std::vector<KeyMatches> found;
};

absl::StatusOr<Sought> LookUp(store::DeviceReads& reads, std::span<const ItemTarget> targets) {
  Sought sought;
  std::vector<const Identity*> identities;
  for (size_t i = 0; i < targets.size(); ++i) {
    const auto* identity = std::get_if<Identity>(&targets[i]);
    if (identity == nullptr) continue;
    sought.items.push_back(i);
    identities.push_back(identity);
  }
  if (identities.empty()) return sought;
  ZT_ASSIGN_OR_RETURN(sought.found, reads.Locate(identities), "looking up the devices");
  ZT_CHECK(sought.found.size() == identities.size(), "a look-up lost an identity");
  return sought;
}

// Returns true if `given` may contradict what `caller` stated, which has some of its keys.
bool NeedsCheck(PartnerId caller, const GivenFields& given, const Identity& identity,
                const KeyMatches& key_matches) {
  const auto own = std::ranges::count_if(
      key_matches, [&](const KeyMatch& each) { return each.reseller == caller; });
  return CouldContradict(given, static_cast<size_t>(own), identity.key_count());
}

// Replaces hardware that `caller` stated by its record. Returns false if it stated none.
bool ReplaceOwn(PartnerId caller, const GivenFields& given, const KeyMatches& key_matches,
                ItemTarget& target) {
  const Matches own = OwnDevices(caller, key_matches);
  if (own.empty()) return false;
  if (own.size() > 1) {
    target = Outcome::kIdentifiersPointApart;
  } else {
    const bool check = NeedsCheck(caller, given, std::get<Identity>(target), key_matches);
    target = TargetDevice{.id = own[0], .check_identifier = check};
  }
  return true;
}

}  // namespace

ItemTarget TargetOf(std::variant<Target, Outcome> checked) {
  if (const auto* refused = std::get_if<Outcome>(&checked)) return *refused;
  Target& target = std::get<Target>(checked);
  if (const auto* id = std::get_if<DeviceId>(&target)) return TargetDevice{.id = *id};
  return std::get<Identity>(std::move(target));
}

absl::Status LocateTargets(store::DeviceReads& reads, PartnerId caller,
                           absl::FunctionRef<GivenFields(size_t i)> fields_of,
                           std::span<ItemTarget> targets) {
  ZT_ASSIGN_OR_RETURN(const Sought sought, LookUp(reads, targets));
  for (size_t n = 0; n < sought.items.size(); ++n) {
    const size_t i = sought.items[n];
    ReplaceOwn(caller, fields_of(i), sought.found[n], targets[i]);
  }
  return absl::OkStatus();
}

absl::Status ClearRepeated(store::DeviceReads& reads, PartnerId caller,
                           absl::FunctionRef<bool(size_t i, std::string_view stated)> repeats,
                           std::span<ItemTarget> targets) {
  std::vector<std::pair<DeviceId, uint32_t>> checks;  // device, item
  for (uint32_t i = 0; i < targets.size(); ++i) {
    const auto* device = std::get_if<TargetDevice>(&targets[i]);
    if (device != nullptr && device->check_identifier) checks.emplace_back(device->id, i);
  }
  std::sort(checks.begin(), checks.end());
  std::vector<DeviceId> ids;
  std::vector<size_t> first;  // of the checks of ids[i]
  for (size_t n = 0; n < checks.size(); ++n) {
    if (!ids.empty() && ids.back() == checks[n].first) continue;
    ids.push_back(checks[n].first);
    first.push_back(n);
  }
  return reads.ReadStatedIdentifiers(caller, ids, [&](size_t i, std::string_view stated) {
    for (size_t n = first[i]; n < checks.size() && checks[n].first == ids[i]; ++n) {
      const uint32_t item = checks[n].second;
      if (repeats(item, stated)) std::get<TargetDevice>(targets[item]).check_identifier = false;
    }
  });
}

absl::StatusOr<TargetDevices> TargetDevices::Load(store::DeviceReads& reads, PartnerId caller,
                                                  IdentifierOf identifier_of,
                                                  std::span<const ItemTarget> targets,
                                                  bool with_statements) {
  TargetDevices devices;
  devices.caller_ = caller;
  devices.targets_.assign(targets.begin(), targets.end());
  ZT_ASSIGN_OR_RETURN(Sought sought, LookUp(reads, devices.targets_));
  OfOthers others;
  for (size_t n = 0; n < sought.items.size(); ++n) {
    const size_t i = sought.items[n];
    const GivenFields given = GivenFieldsOf(identifier_of(i));
    if (ReplaceOwn(caller, given, sought.found[n], devices.targets_[i])) continue;
    if (!sought.found[n].empty()) others[i] = std::move(sought.found[n]);
  }
  ZT_RETURN_IF_ERROR(devices.ReadStates(reads, others, with_statements));
  ZT_RETURN_IF_ERROR(devices.ResolveOthers(reads, caller, others));
  std::vector<DeviceId> checked;
  for (const ItemTarget& target : devices.targets_) {
    const auto* device = std::get_if<TargetDevice>(&target);
    if (device != nullptr && device->check_identifier) checked.push_back(device->id);
  }
  SortUnique(checked);
  ZT_RETURN_IF_ERROR(devices.ReadStatementsIf(reads, [&](const DeviceState& state) {
    return std::binary_search(checked.begin(), checked.end(), state.id);
  }));
  return devices;
}

absl::StatusOr<TargetDevices> TargetDevices::LoadForCustomer(store::DeviceReads& reads,
                                                             CustomerId caller,
                                                             const ItemTarget& target) {
  TargetDevices devices;
  devices.targets_ = {target};
  ZT_ASSIGN_OR_RETURN(Sought sought, LookUp(reads, devices.targets_));
  OfOthers found;
  if (!sought.found.empty()) found[0] = std::move(sought.found[0]);
  ZT_RETURN_IF_ERROR(devices.ReadStates(reads, found, /*with_statements=*/false));
  if (found.empty()) return devices;
  const Matches own = DevicesOfCustomer(
      caller, found[0], [&](DeviceId id) -> DeviceState& { return devices.StateOf(id); });
  if (own.size() == 1) devices.targets_[0] = TargetDevice{.id = own[0]};
  if (own.size() > 1) devices.targets_[0] = Outcome::kIdentifiersPointApart;
  return devices;
}

absl::Status TargetDevices::ReadStates(store::DeviceReads& reads, const OfOthers& others,
                                       bool with_statements) {
  std::vector<DeviceId> ids;
  ids.reserve(targets_.size());
  for (const ItemTarget& target : targets_) {
    if (const auto* device = std::get_if<TargetDevice>(&target)) ids.push_back(device->id);
  }
  for (const auto& [item, key_matches] : others) {
    for (const KeyMatch& each : key_matches) ids.push_back(each.device);
  }
  SortUnique(ids);
  if (with_statements) {
    ZT_ASSIGN_OR_RETURN(states_, ReadDevices(reads, ids));
  } else {
    ZT_ASSIGN_OR_RETURN(states_, reads.ReadClaims(ids), "reading the claims");
  }
  return absl::OkStatus();
}

absl::Status TargetDevices::ResolveOthers(store::DeviceReads& reads, PartnerId caller,
                                          const OfOthers& others) {
  if (others.empty()) return absl::OkStatus();
  std::vector<DeviceId> found_ids;
  for (const auto& [item, key_matches] : others) {
    for (const KeyMatch& each : key_matches) found_ids.push_back(each.device);
  }
  SortUnique(found_ids);
  ZT_RETURN_IF_ERROR(ReadStatementsIf(reads, [&](const DeviceState& state) {
    return IsVisibleTo(caller, state) &&
           std::binary_search(found_ids.begin(), found_ids.end(), state.id);
  }));
  const auto state_of = [&](DeviceId id) -> DeviceState& { return StateOf(id); };
  for (const auto& [item, key_matches] : others) {
    const Matches unstated = UnstatedDevices(caller, key_matches, state_of);
    if (unstated.size() == 1) {
      targets_[item] = TargetDevice{.id = unstated[0]};
    } else if (unstated.size() > 1) {
      targets_[item] = Outcome::kIdentifiersPointApart;
    } else {
      others_[item] = HardwareOfOthers(key_matches, state_of);
    }
  }
  return absl::OkStatus();
}

absl::Status TargetDevices::ReadStatementsIf(store::DeviceReads& reads,
                                             absl::FunctionRef<bool(const DeviceState&)> needs) {
  std::vector<DeviceState*> states;
  for (DeviceState& state : states_) {
    if (needs(state)) states.push_back(&state);
  }
  if (states.empty()) return absl::OkStatus();
  return WithContext(reads.ReadStatements(states), "reading the statements");
}

DeviceState& TargetDevices::StateOf(DeviceId id) {
  const auto state =
      std::lower_bound(states_.begin(), states_.end(), id,
                       [](const DeviceState& other, DeviceId sought) { return other.id < sought; });
  ZT_CHECK(state != states_.end() && state->id == id, "the device of an item was not loaded");
  return *state;
}

Hardware TargetDevices::HardwareOf(size_t i) {
  if (const auto* target = std::get_if<TargetDevice>(&targets_[i])) {
    return {.device = &StateOf(target->id), .check_identifier = target->check_identifier};
  }
  const auto others = others_.find(i);
  return others == others_.end() ? Hardware() : others->second;
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
