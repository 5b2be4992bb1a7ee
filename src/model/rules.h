// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_RULES_H_
#define ZEROTOUCH_MODEL_RULES_H_

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "model/api.h"
#include "model/device.h"
#include "model/identity.h"
#include "model/outcome.h"

// The registry's rules: pure functions, the same for a single call and for a batch
// item, on every store. `Check…` reads only the request; `Decide…` reads the request
// and the device, and changes the device.
namespace zerotouch {

// The facts about a customer of a reseller that decide a claim.
struct CustomerFacts {
  ConfigurationId default_configuration;  // not set without a default
  absl::flat_hash_set<ConfigurationId> configurations;
};

// The customers in a batch that belong to the calling reseller.
using CustomersOfReseller = absl::flat_hash_map<CustomerId, CustomerFacts>;

struct RegistryRules {
  IdentityRules identity;
  // Metadata keys beyond the API's own, in lower case (setting `metadata-keys`).
  absl::flat_hash_set<std::string> more_metadata_keys;
};

// The device of an item, by record id or by hardware.
using Target = std::variant<DeviceId, Identity>;

// Returns the device of `item`, a message with a device_id or a device_identifier, or
// the reason why these are invalid.
template <class Item>
std::variant<Target, Outcome> TargetIn(const Item& item, const RegistryRules& rules) {
  if (item.has_device_id()) return Target(DeviceId(item.device_id()));
  std::variant<Identity, Outcome> identity =
      ParseIdentity(item.device_identifier(), rules.identity);
  if (const auto* wrong = std::get_if<Outcome>(&identity)) return *wrong;
  return Target(std::get<Identity>(std::move(identity)));
}

// Returns the device of an unclaim, or why the request is invalid.
std::variant<Target, Outcome> CheckUnclaim(const api::PartnerUnclaim& item,
                                           const RegistryRules& rules, absl::Time now);

// Gives up the claim, or starts its vacation. `device` is null if the device is
// unknown. So is a device, given by id, that `caller` has never claimed. The item must
// have passed CheckUnclaim.
ItemResult DecideUnclaim(PartnerId caller, const api::PartnerUnclaim& item, DeviceState* device,
                         absl::Time now);

// The hardware of a valid claim: its index keys and the identifier to store.
struct CheckedClaim {
  Identity identity;
  api::DeviceIdentifier identifier;  // canonical, without unknown fields
};

// Returns the hardware of a claim, or why the request is invalid.
std::variant<CheckedClaim, Outcome> CheckClaim(const api::PartnerClaim& item,
                                               const RegistryRules& rules);

// Claims the device. `device` has its record loaded; for unknown hardware it has a
// new id and `is_new` set instead. On failure it is unchanged.
ItemResult DecideClaim(PartnerId caller, const api::PartnerClaim& item, const CheckedClaim& checked,
                       const CustomersOfReseller& customers, DeviceState& device);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_RULES_H_
