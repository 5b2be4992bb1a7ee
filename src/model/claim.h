// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_CLAIM_H_
#define ZEROTOUCH_MODEL_CLAIM_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "base/ids.h"

namespace zerotouch {

// The kinds of claim; the numbers are the API's SectionType.
enum class Section : uint8_t { kSimLock = 1, kZeroTouch = 2 };

// One company's hold on a device in one section. A claim that was given up is
// kept, with `held` false: it says who may still see the device, and is taken
// over by the next claim of the section.
struct Claim {
  bool held = false;
  PartnerId reseller;             // who claimed it last
  CustomerId owner;               // who bought it; none for a Workspace account
  std::string workspace;          // the Workspace account, ChromeOS only
  ConfigurationId configuration;  // applied; zero-touch only
  int64_t simlock_profile = 0;    // SIM lock only
  // The vacation, if one was ever set: it lasts while now < expires.
  std::optional<absl::Time> vacation_starts;
  std::optional<absl::Time> vacation_expires;

  friend bool operator==(const Claim&, const Claim&) = default;
};

// What is kept of a claim that is given up: who may still see the device.
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
