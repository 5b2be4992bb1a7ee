// SPDX-License-Identifier: Apache-2.0
#include "model/hardware.h"

#include <algorithm>

#include "model/views.h"

namespace zerotouch {
namespace {

// Returns the devices found by a key for which `matches` is true.
template <class Predicate>
Matches DevicesThat(std::span<const KeyMatch> key_matches, const Predicate& matches) {
  Matches devices;
  for (const KeyMatch& match : key_matches) {
    if (matches(match)) AddMatch(devices, match.device);
  }
  return devices;
}

}  // namespace

void AddMatch(Matches& matches, DeviceId device) {
  const auto place = std::lower_bound(matches.begin(), matches.end(), device);
  if (place == matches.end() || *place != device) matches.insert(place, device);
}

Matches DevicesOf(std::span<const KeyMatch> key_matches) {
  return DevicesThat(key_matches, [](const KeyMatch&) { return true; });
}

Matches OwnDevices(PartnerId caller, std::span<const KeyMatch> key_matches) {
  return DevicesThat(key_matches, [&](const KeyMatch& each) { return each.reseller == caller; });
}

Matches UnstatedDevices(PartnerId caller, std::span<const KeyMatch> key_matches,
                        StateOfDevice state_of) {
  return DevicesThat(key_matches, [&](const KeyMatch& each) {
    const DeviceState& device = state_of(each.device);
    return IsVisibleTo(caller, device) && !HasStated(caller, device);
  });
}

Hardware HardwareOfOthers(std::span<const KeyMatch> key_matches, StateOfDevice state_of) {
  Hardware hardware;
  for (const KeyMatch& each : key_matches) {
    const DeviceState& device = state_of(each.device);
    hardware.sim_lock_of_another |= Holds(each.reseller, device.sim_lock);
    hardware.zero_touch_of_another |= Holds(each.reseller, device.zero_touch);
  }
  return hardware;
}

std::variant<DeviceState*, Outcome> DeviceToClaim(PartnerId caller, Section section,
                                                  std::span<const KeyMatch> key_matches,
                                                  StateOfDevice state_of) {
  const auto only = [&](const Matches& matches) {
    return matches.size() == 1 ? &state_of(matches[0]) : nullptr;
  };
  Matches own = OwnDevices(caller, key_matches);
  if (own.empty()) own = UnstatedDevices(caller, key_matches, state_of);
  if (own.size() > 1) return Outcome::kIdentifiersPointApart;
  if (own.size() == 1) return only(own);

  const auto holds_section = [&](const KeyMatch& each) {
    return Holds(each.reseller, state_of(each.device).ClaimIn(section));
  };
  if (std::any_of(key_matches.begin(), key_matches.end(), holds_section)) {
    return Outcome::kHeldByOther;
  }
  // The caller's statement can join a record that it has not stated otherwise, and whose
  // section is free.
  const auto can_join = [&](const DeviceState& device) {
    return !IsHeld(device.ClaimIn(section)) && !HasStated(caller, device);
  };
  const Matches held = DevicesThat(key_matches, [&](const KeyMatch& each) {
    return HoldsClaim(each.reseller, state_of(each.device));
  });
  if (!held.empty()) {
    DeviceState* const device = only(held);
    return device != nullptr && can_join(*device) ? device : nullptr;
  }
  const Matches given_up = DevicesThat(
      key_matches, [&](const KeyMatch& each) { return !IsHeldByAnyone(state_of(each.device)); });
  DeviceState* const device = only(given_up);
  return device != nullptr && can_join(*device) ? device : nullptr;
}

Matches DevicesOfCustomer(CustomerId customer, std::span<const KeyMatch> key_matches,
                          StateOfDevice state_of) {
  return DevicesThat(key_matches, [&](const KeyMatch& each) {
    const DeviceState& device = state_of(each.device);
    return std::ranges::any_of(
        std::initializer_list<const std::optional<Claim>*>{&device.sim_lock, &device.zero_touch},
        [&](const std::optional<Claim>* claim) {
          return Holds(each.reseller, *claim) && (*claim)->owner == customer;
        });
  });
}

api::GetDeviceSimLockStateResponse::SimLockState SimLockStateOf(
    PartnerId partner, std::span<const KeyMatch> key_matches, StateOfDevice state_of,
    absl::Time now) {
  using State = api::GetDeviceSimLockStateResponse;
  auto state = State::UNLOCKED;
  for (const KeyMatch& each : key_matches) {
    const DeviceState& device = state_of(each.device);
    const std::optional<Claim>& claim = device.sim_lock;
    if (!IsHeld(claim) || IsOnVacation(*claim, now)) continue;
    const bool is_ours = claim->reseller == partner;
    // A lock counts if its holder, or the caller, stated the hardware. A holder that stated
    // nothing, as in old registries, finds it by what others stated.
    if (each.reseller == claim->reseller || each.reseller == partner ||
        (is_ours && !HasStated(partner, device))) {
      if (is_ours) return State::LOCKED_TO_PARTNER;
      state = State::LOCKED_TO_OTHER_PARTNER;
    }
  }
  return state;
}

}  // namespace zerotouch
