// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_CLAIM_H_
#define ZEROTOUCH_MODEL_CLAIM_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "base/ids.h"

namespace zerotouch {

// The kinds of claims. The numbers are those of the API's SectionType.
enum class Section : uint8_t { kSimLock = 1, kZeroTouch = 2 };

// The claim on one section of a device. A claim that was given up stays, with `held`
// false: its reseller may still see the device. The next claim of the section
// replaces it.
struct Claim {
  bool held = false;
  PartnerId reseller;             // the last one to claim it
  CustomerId owner;               // not set for a Workspace account
  std::string workspace;          // Workspace account; ChromeOS only
  ConfigurationId configuration;  // zero-touch only
  int64_t simlock_profile = 0;    // SIM lock only
  // The last vacation, which ends at `vacation_expires`.
  std::optional<absl::Time> vacation_starts;
  std::optional<absl::Time> vacation_expires;

  friend bool operator==(const Claim&, const Claim&) = default;
};

// Returns what stays of a claim that is given up: its reseller.
inline Claim GivenUp(const Claim& claim) {
  Claim kept;
  kept.reseller = claim.reseller;
  return kept;
}

inline bool IsHeld(const std::optional<Claim>& claim) { return claim.has_value() && claim->held; }

// Returns true if `claim` is held and `partner` is its reseller.
inline bool Holds(PartnerId partner, const std::optional<Claim>& claim) {
  return IsHeld(claim) && claim->reseller == partner;
}

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_CLAIM_H_
