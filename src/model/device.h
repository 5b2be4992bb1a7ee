// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_DEVICE_H_
#define ZEROTOUCH_MODEL_DEVICE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "model/api.h"
#include "model/claim.h"
#include "model/device_change.h"
#include "model/statement.h"

namespace zerotouch {

// The state of one device that decisions read and change. A batch holds one for each
// device of its chunk, so that later items see the changes of earlier ones. The store
// then writes the changes.
struct DeviceState {
  DeviceId id;
  // The claims by section; nullopt if the section was never claimed.
  std::optional<Claim> sim_lock;
  std::optional<Claim> zero_touch;
  // The statements of resellers about the device. Loaded only for rules that need it: then
  // `statements_read` is set. A reseller has one only while a claim, held or given up,
  // names it.
  std::vector<StatementState> statements;
  bool statements_read = false;
  // The places in the log of the last changes of the claims, by section; 0: none.
  int64_t sim_lock_entry = 0;
  int64_t zero_touch_entry = 0;

  // The changes that items made, in their order (change_recorder.h), for the log.
  std::vector<DeviceChange> changes;

  // The changes to write.
  bool is_new = false;
  bool sim_lock_changed = false;
  bool zero_touch_changed = false;

  std::optional<Claim>& ClaimIn(Section section) {
    return section == Section::kSimLock ? sim_lock : zero_touch;
  }
  const std::optional<Claim>& ClaimIn(Section section) const {
    return section == Section::kSimLock ? sim_lock : zero_touch;
  }
  int64_t& EntryIn(Section section) {
    return section == Section::kSimLock ? sim_lock_entry : zero_touch_entry;
  }
  int64_t EntryIn(Section section) const {
    return section == Section::kSimLock ? sim_lock_entry : zero_touch_entry;
  }
  // Sets the claim. One that stays as it is does not change the device: the log has no entry for
  // it, and so there is nothing to undo.
  void SetClaim(Section section, Claim claim) {
    std::optional<Claim>& current = ClaimIn(section);
    if (current == claim) return;
    current = std::move(claim);
    MarkChanged(section);
  }
  // Has the claim written, as programs need it that set one themselves.
  void MarkChanged(Section section) {
    (section == Section::kSimLock ? sim_lock_changed : zero_touch_changed) = true;
  }
  bool Changed() const;

  // Returns the reseller's entry among `statements`, or null.
  StatementState* EntryOf(PartnerId reseller);
  // Returns what the reseller stated, or null.
  const Statement* StatementOf(PartnerId reseller) const;
};

// Returns the section, or nullopt if it is unspecified or unknown.
std::optional<Section> SectionOf(api::SectionType type);

// Returns the platform of the hardware. An identifier with an attested id is of a
// ChromeOS device.
api::DeviceType PlatformOf(const api::DeviceIdentifier& identifier);

// Returns true if a claim on the device is held.
bool IsHeldByAnyone(const DeviceState& device);

// Returns true if `partner` holds a claim on the device, in either section.
bool HoldsClaim(PartnerId partner, const DeviceState& device);

// Returns true if `partner` may know that the device exists: it holds the claim of a
// section or was the last to hold it.
bool IsVisibleTo(PartnerId partner, const DeviceState& device);

// Returns true if `partner` stated identifiers of the device. Statements must be read.
bool HasStated(PartnerId partner, const DeviceState& device);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_DEVICE_H_
