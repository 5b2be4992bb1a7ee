// SPDX-License-Identifier: Apache-2.0
#include "store/transaction.h"

#include <algorithm>

namespace zerotouch::store {
namespace {

// Returns the reseller whose statement the change is of, if it changes no claim.
PartnerId ResellerOf(const DeviceChange& change) {
  return change.after.has_value() ? change.after->reseller : PartnerId();
}

}  // namespace

absl::Status Transaction::AddTo(DeviceChange change, int64_t& place) {
  ZT_ASSIGN_OR_RETURN(
      place, AddEntry(changelog::DeviceEntry{.change = std::move(change), .previous = place}));
  return absl::OkStatus();
}

absl::StatusOr<LoggedPlaces> Transaction::AddEntries(const DeviceState& state) {
  LoggedPlaces places{
      .sim_lock = state.sim_lock_entry, .zero_touch = state.zero_touch_entry, .statements = {}};
  for (const DeviceChange& change : state.changes) {
    if (change.before != change.after) {
      ZT_RETURN_IF_ERROR(
          AddTo(change, change.section == Section::kSimLock ? places.sim_lock : places.zero_touch));
      continue;
    }
    const PartnerId reseller = ResellerOf(change);
    const auto entry =
        std::find_if(state.statements.begin(), state.statements.end(),
                     [&](const StatementState& each) { return each.reseller == reseller; });
    int64_t place = places.Of(reseller, entry == state.statements.end() ? 0 : entry->last_entry);
    ZT_RETURN_IF_ERROR(AddTo(change, place));
    std::erase_if(places.statements, [&](const auto& each) { return each.first == reseller; });
    places.statements.emplace_back(reseller, place);
  }
  // A state that no recorder watched, as programs make it that fill a registry.
  if (!state.changes.empty()) return places;
  for (const Section section : {Section::kSimLock, Section::kZeroTouch}) {
    const bool is_sim_lock = section == Section::kSimLock;
    if (!(is_sim_lock ? state.sim_lock_changed : state.zero_touch_changed)) continue;
    ZT_RETURN_IF_ERROR(AddTo({.device = state.id,
                              .section = section,
                              .before = {},
                              .after = state.ClaimIn(section),
                              .statements = {},
                              .metadata_keys = {}},
                             is_sim_lock ? places.sim_lock : places.zero_touch));
  }
  return places;
}

}  // namespace zerotouch::store
