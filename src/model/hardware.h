// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_HARDWARE_H_
#define ZEROTOUCH_MODEL_HARDWARE_H_

#include <cstdint>
#include <span>
#include <variant>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "base/ids.h"
#include "model/api.h"
#include "model/device.h"
#include "model/outcome.h"

// Which device a caller means by identifiers: pure functions. A caller finds what it
// stated itself. What others stated only decides whether new hardware is claimed
// already, and which record a claim joins.
namespace zerotouch {

// A statement that has one of the lookup keys of an identity.
struct KeyMatch {
  uint8_t key = 0;  // the key's index in Identity::modems, or their number for the serial set
  DeviceId device;
  PartnerId reseller;  // whose statement it is

  friend bool operator==(const KeyMatch&, const KeyMatch&) = default;
};
using KeyMatches = absl::InlinedVector<KeyMatch, 1>;

// Distinct devices, ascending.
using Matches = absl::InlinedVector<DeviceId, 1>;

// Adds the device unless it is there already.
void AddMatch(Matches& matches, DeviceId device);

// Returns the devices of all key_matches.
Matches DevicesOf(std::span<const KeyMatch> key_matches);
// Returns the devices about which `caller` stated one of the keys.
Matches OwnDevices(PartnerId caller, std::span<const KeyMatch> key_matches);

// Gives the state of a device that a key found, with its claims.
using StateOfDevice = absl::FunctionRef<DeviceState&(DeviceId)>;

// Returns the devices on which `caller` has or had a claim without having stated any
// identifiers, which only old registries hold: these it finds by what others stated.
// Statements must be read of the devices that `caller` may see.
Matches UnstatedDevices(PartnerId caller, std::span<const KeyMatch> key_matches,
                        StateOfDevice state_of);

// The device that an item with identifiers means.
struct Hardware {
  DeviceState* device = nullptr;  // null if the caller knows no such device
  bool check_identifier = false;  // the identifiers may contradict what the caller stated
  // Sections that others hold of hardware that the caller does not know.
  bool sim_lock_of_another = false;
  bool zero_touch_of_another = false;

  bool IsOfAnother(Section section) const {
    return section == Section::kSimLock ? sim_lock_of_another : zero_touch_of_another;
  }
};

// Returns hardware that `caller` has not stated: its device is null.
Hardware HardwareOfOthers(std::span<const KeyMatch> key_matches, StateOfDevice state_of);

// Returns the device that a claim of `section` is for, null for a new one, or the
// outcome of a claim that is refused. Claims and statements of all devices found by a key must
// be read.
std::variant<DeviceState*, Outcome> DeviceToClaim(PartnerId caller, Section section,
                                                  std::span<const KeyMatch> key_matches,
                                                  StateOfDevice state_of);

// Returns the devices of the customer among those found: a reseller that holds a claim
// for the customer stated one of the keys.
Matches DevicesOfCustomer(CustomerId customer, std::span<const KeyMatch> key_matches,
                          StateOfDevice state_of);

// Returns the SIM-lock state of hardware for `partner`. During a vacation a
// device is unlocked. Claims and statements of all devices found by a key must be read.
api::GetDeviceSimLockStateResponse::SimLockState SimLockStateOf(
    PartnerId partner, std::span<const KeyMatch> key_matches, StateOfDevice state_of,
    absl::Time now);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_HARDWARE_H_
