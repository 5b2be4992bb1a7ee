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

// The registry's rules: pure functions, the same for a single call and for an
// item of a batch, on every store. `Check…` looks at the request alone,
// `Decide…` at the request and the device, which it changes.
namespace zerotouch {

// What a reseller may know of one of its customers when it claims.
struct CustomerFacts {
  ConfigurationId default_configuration;  // none if there is none
  absl::flat_hash_set<ConfigurationId> configurations;
};

// The customers of the calling reseller among those that a batch names.
using CustomersOfReseller = absl::flat_hash_map<CustomerId, CustomerFacts>;

struct RegistryRules {
  IdentityRules identity;
  // Metadata keys beyond the API's own, in lower case (setting `metadata-keys`).
  absl::flat_hash_set<std::string> more_metadata_keys;
};

// The device that an item names: by record id, or by hardware.
using Target = std::variant<DeviceId, Identity>;

// The device that `item`, any message with a record id or hardware, names; or
// why it names none.
template <class Item>
std::variant<Target, Outcome> TargetIn(const Item& item, const RegistryRules& rules) {
  if (item.has_device_id()) return Target(DeviceId(item.device_id()));
  std::variant<Identity, Outcome> identity =
      ParseIdentity(item.device_identifier(), rules.identity);
  if (const auto* wrong = std::get_if<Outcome>(&identity)) return *wrong;
  return Target(std::get<Identity>(std::move(identity)));
}

// What an unclaim names, or why it is refused whatever the registry holds.
std::variant<Target, Outcome> CheckUnclaim(const api::PartnerUnclaim& item,
                                           const RegistryRules& rules, absl::Time now);

// Gives up the claim, or sends it on vacation. `device` is null where the
// registry knows no such device. A device named by id that `caller` never
// claimed counts as unknown.
ItemResult DecideUnclaim(PartnerId caller, const api::PartnerUnclaim& item, DeviceState* device,
                         absl::Time now);

// A claim whose request is in order: its hardware and what will be kept of it.
struct CheckedClaim {
  Identity identity;
  api::DeviceIdentifier identifier;  // canonical
};
std::variant<CheckedClaim, Outcome> CheckClaim(const api::PartnerClaim& item,
                                               const RegistryRules& rules);

// Claims the device. `device` is never null: for hardware that the registry
// does not know it is one with `is_new` set and an id of its own; its record
// is loaded. On failure the device is left as it was.
ItemResult DecideClaim(PartnerId caller, const api::PartnerClaim& item, const CheckedClaim& checked,
                       const CustomersOfReseller& customers, DeviceState& device, absl::Time now);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_RULES_H_
