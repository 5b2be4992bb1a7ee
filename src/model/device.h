// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_DEVICE_H_
#define ZEROTOUCH_MODEL_DEVICE_H_

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "model/api.h"
#include "model/claim.h"
#include "model/identity.h"

namespace zerotouch {

// What is known of a piece of hardware.
struct DeviceRecord {
  api::DeviceIdentifier identifier;  // canonical
  api::DeviceMetadata metadata;
};

// What decisions about one device read and write. A batch holds one for each
// device of its chunk, so that later items see what earlier ones decided; the
// store then writes what changed.
struct DeviceState {
  DeviceId id;
  // By section; nullopt where nobody ever held one.
  std::optional<Claim> sim_lock;
  std::optional<Claim> zero_touch;
  // Loaded for claims and metadata only.
  std::optional<DeviceRecord> record;

  // What is to be written.
  bool is_new = false;
  bool sim_lock_changed = false;
  bool zero_touch_changed = false;
  bool record_changed = false;
  std::vector<ModemKey> new_modems;          // to be indexed
  std::vector<std::string> new_serial_keys;  // to be indexed

  std::optional<Claim>& ClaimIn(Section section) {
    return section == Section::kSimLock ? sim_lock : zero_touch;
  }
  const std::optional<Claim>& ClaimIn(Section section) const {
    return section == Section::kSimLock ? sim_lock : zero_touch;
  }
  void MarkChanged(Section section) {
    (section == Section::kSimLock ? sim_lock_changed : zero_touch_changed) = true;
  }
  bool Changed() const {
    return is_new || sim_lock_changed || zero_touch_changed || record_changed;
  }
};

// nullopt if the request names no section.
std::optional<Section> SectionOf(api::SectionType type);

// The platform of the hardware; unspecified counts as Android's unless it has
// what only ChromeOS devices have.
api::DeviceType PlatformOf(const api::DeviceIdentifier& identifier);

// Whether `partner` holds a claim on the device, in whichever section.
bool HoldsClaim(PartnerId partner, const DeviceState& device);

// Whether the registry admits to `partner` that it knows the device: it holds
// a claim on it, or was the last to hold the section's.
bool IsVisibleTo(PartnerId partner, const DeviceState& device);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_DEVICE_H_
