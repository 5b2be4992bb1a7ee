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

// An IMEI or MEID as one integer, which makes its index small and fast. An IMEI is
// its 15 digits as a number; a MEID is its 56 bits with bit 60 set. Always positive.
using ModemKey = int64_t;

// A DeviceIdentifier in the form in which it is looked up.
struct Identity {
  // Every IMEI and MEID, in either slot, in the order imei, imei2, meid, meid2.
  absl::InlinedVector<ModemKey, 2> modems;
  // The key of serial number, manufacturer and model, which ignores case. Empty if the
  // set is incomplete.
  std::string serial_key;
  // The serial number, which claims and unclaims match exactly.
  std::string serial;

  // Returns how many lookup keys there are.
  size_t key_count() const { return modems.size() + (serial_key.empty() ? 0 : 1); }
};

struct IdentityRules {
  // Accepts 15-digit IMEIs with a wrong check digit, unchanged.
  bool lenient = false;
};

// White space around a field is trimmed, and inside a manufacturer, a model or an
// attested id any of it counts as one space. Inside a serial number it is refused, and so
// are invisible characters in any field (model/text.h).

// Parses the identifiers of a device that is looked up (unclaim, find). Blank fields
// are ignored. One modem id is enough; a serial number without manufacturer or model
// is then ignored.
std::variant<Identity, Outcome> ParseIdentity(const api::DeviceIdentifier& identifier,
                                              const IdentityRules& rules);

// Parses the identifiers of a device that is registered (claim) and rewrites
// `identifier` in its canonical form: IMEIs of 15 digits, MEIDs of 14 upper-case
// hexadecimal digits, names with single spaces. A serial number needs manufacturer and model. A
// ChromeOS device needs serial number, model and attested id, also if it has a modem.
std::variant<Identity, Outcome> ParseAndCanonicalize(api::DeviceIdentifier& identifier,
                                                     const IdentityRules& rules);

// Rewrites identifiers that were parsed in their canonical form. IMEIs with a wrong check
// digit stay as they are.
void Canonicalize(api::DeviceIdentifier& identifier);

// Returns the lookup keys of a canonical identifier that was registered before, whatever
// the rules are now.
Identity KeysOf(const api::DeviceIdentifier& canonical);

// Names the invisible character, or the white space in a serial number, for which a
// field of `identifier` was refused with `outcome`: a sentence, or "" if the field was
// refused for another reason.
std::string DescribeInvisible(const api::DeviceIdentifier& identifier, Outcome outcome);

// Returns the canonical form of an IMEI, or "" if it is malformed. White space and hyphens
// are removed. 14 digits get their check digit; the last of 15 digits must be the
// check digit (3GPP TS 23.003 annex B) unless lenient; in 16 digits (IMEISV) the
// check digit replaces the software version.
std::string CanonicalImei(std::string_view text, const IdentityRules& rules);
// Returns the canonical form of a MEID, or "" if it is malformed. It has 14
// hexadecimal or 18 decimal digits (3GPP2 S.R0048-A). A fifteenth hexadecimal digit
// is the check digit, which is dropped.
std::string CanonicalMeid(std::string_view text);

// Returns the Luhn check digit of decimal digits, '0' to '9'.
char LuhnDigit(std::string_view digits);

ModemKey ModemKeyOfImei(std::string_view canonical);
ModemKey ModemKeyOfMeid(std::string_view canonical);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_IDENTITY_H_
