// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_IDENTITY_H_
#define ZEROTOUCH_MODEL_IDENTITY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "absl/container/inlined_vector.h"
#include "base/ids.h"
#include "model/api.h"
#include "model/outcome.h"

namespace zerotouch {

// An IMEI or MEID as one integer, so that an index over it is small and fast:
// an IMEI is its 15 digits as a number; a MEID its 56 bits with bit 60 set.
// Always positive.
using ModemKey = int64_t;

// What a DeviceIdentifier identifies, in the form in which it is looked up.
struct Identity {
  // Every IMEI and MEID, in either slot, in the order imei, imei2, meid, meid2.
  absl::InlinedVector<ModemKey, 2> modems;
  // Names the serial set, equal for sets that differ in case alone; empty
  // without a sufficient one.
  std::string serial_key;
  // The serial number as given: a claim or unclaim matches it to the letter.
  std::string serial;
};

struct IdentityRules {
  // Takes 15-digit IMEIs whose check digit is wrong, as they are.
  bool lenient = false;
};

// Reads identifiers that are to name a device (unclaim, find). Blank fields
// count as absent. A modem id suffices; a serial number that lacks
// manufacturer or model is then ignored.
std::variant<Identity, Outcome> ParseIdentity(const api::DeviceIdentifier& identifier,
                                              const IdentityRules& rules);

// Reads identifiers that are to be registered (claim) and rewrites `identifier`
// in the canonical form that is kept: IMEIs of 15 digits, MEIDs of 14
// upper-case hexadecimal digits. A serial number needs manufacturer and model;
// a ChromeOS device its serial number, model and attested id, modem or not.
std::variant<Identity, Outcome> ParseAndCanonicalize(api::DeviceIdentifier& identifier,
                                                     const IdentityRules& rules);

// The canonical forms alone; empty if malformed.
// IMEI: spaces and hyphens stripped; 14 digits get their check digit; 15 must
// hold it (3GPP TS 23.003 annex B) unless lenient; 16 (IMEISV) lose the
// software version and get the digit.
std::string CanonicalImei(std::string_view text, const IdentityRules& rules);
// MEID: 14 hexadecimal or 18 decimal digits (3GPP2 S.R0048-A). A fifteenth
// hexadecimal digit is the check digit, which is dropped.
std::string CanonicalMeid(std::string_view text);

// The Luhn check digit of decimal digits, '0' to '9'.
char LuhnDigit(std::string_view digits);

ModemKey ModemKeyOfImei(std::string_view canonical);
ModemKey ModemKeyOfMeid(std::string_view canonical);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_IDENTITY_H_
