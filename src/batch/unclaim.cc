#include "batch/unclaim.h"

#include <algorithm>

#include "base/status_macros.h"

namespace zerotouch::batch {
namespace {

// The devices that the targets name, ascending and distinct.
std::vector<DeviceId> DevicesOf(std::span<const UnclaimTarget> targets) {
  std::vector<DeviceId> ids;
  ids.reserve(targets.size());
  for (const UnclaimTarget& target : targets) {
    if (const auto* id = std::get_if<DeviceId>(&target)) ids.push_back(*id);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

// `states` is ascending by id and holds `id`.
DeviceState& StateOf(DeviceId id, std::vector<DeviceState>& states) {
  return *std::lower_bound(
      states.begin(), states.end(), id,
      [](const DeviceState& state, DeviceId sought) { return state.id < sought; });
}

ItemResult Decide(PartnerId caller, const api::PartnerUnclaim& item, const UnclaimTarget& target,
                  std::vector<DeviceState>& states, absl::Time now) {
  if (const auto* refused = std::get_if<Outcome>(&target))
    return {.outcome = *refused, .device = {}};
  const auto* id = std::get_if<DeviceId>(&target);
  return DecideUnclaim(caller, item, id == nullptr ? nullptr : &StateOf(*id, states), now);
}

absl::Status ApplyChanged(store::Transaction& transaction, const std::vector<DeviceState>& states) {
  std::vector<const DeviceState*> changed;
  changed.reserve(states.size());
  for (const DeviceState& state : states) {
    if (state.Changed()) changed.push_back(&state);
  }
  return transaction.Apply(changed);
}

}  // namespace

UnclaimTarget TargetOf(const api::PartnerUnclaim& item, const RegistryRules& rules,
                       absl::Time now) {
  std::variant<Target, Outcome> checked = CheckUnclaim(item, rules, now);
  if (const auto* refused = std::get_if<Outcome>(&checked)) return *refused;
  return std::visit([](auto&& target) -> UnclaimTarget { return std::move(target); },
                    std::get<Target>(std::move(checked)));
}

absl::Status LocateTargets(store::DeviceReads& reads, std::span<UnclaimTarget> targets) {
  std::vector<UnclaimTarget*> sought;
  std::vector<const Identity*> identities;
  for (UnclaimTarget& target : targets) {
    const auto* identity = std::get_if<Identity>(&target);
    if (identity == nullptr) continue;
    sought.push_back(&target);
    identities.push_back(identity);
  }
  if (sought.empty()) return absl::OkStatus();
  ZT_ASSIGN_OR_RETURN(const std::vector<store::Matches> found, reads.Locate(identities));
  for (size_t i = 0; i < sought.size(); ++i) {
    if (found[i].size() == 1) *sought[i] = found[i][0];
    if (found[i].size() > 1) *sought[i] = Outcome::kIdentifiersPointApart;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ItemResult>> RunUnclaims(
    store::Transaction& transaction, PartnerId caller,
    std::span<const api::PartnerUnclaim* const> items, std::span<const UnclaimTarget> targets,
    absl::Time now) {
  std::vector<UnclaimTarget> located(targets.begin(), targets.end());
  ZT_RETURN_IF_ERROR(LocateTargets(transaction, located));
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> states, transaction.ReadClaims(DevicesOf(located)));
  std::vector<ItemResult> results;
  results.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    results.push_back(Decide(caller, *items[i], located[i], states, now));
  }
  ZT_RETURN_IF_ERROR(ApplyChanged(transaction, states));
  return results;
}

}  // namespace zerotouch::batch
