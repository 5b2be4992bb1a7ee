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
#include "model/hardware.h"
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

// Returns the contradiction between identifiers that were checked and what `caller`
// stated about the device, or nullopt.
std::optional<Outcome> ContradictionWithOwn(PartnerId caller, const api::DeviceIdentifier& given,
                                            const DeviceState& device);

// Returns why `caller` cannot change the device of `item`, which is by id or by
// identifiers: the device is unknown, and so is one, given by id, that the caller has
// never claimed; or the identifiers contradict what the caller stated, which must then
// be read. Returns nullopt if it can.
template <class Item>
std::optional<Outcome> RefusalOf(PartnerId caller, const Item& item, const Hardware& hardware) {
  const DeviceState* const device = hardware.device;
  if (device == nullptr || (item.has_device_id() && !IsVisibleTo(caller, *device))) {
    return Outcome::kUnknownDevice;
  }
  if (!hardware.check_identifier) return std::nullopt;
  return ContradictionWithOwn(caller, item.device_identifier(), *device);
}

// Gives up the claim, or starts its vacation. The item must have passed CheckUnclaim.
ItemResult DecideUnclaim(PartnerId caller, const api::PartnerUnclaim& item,
                         const Hardware& hardware, absl::Time now);

// The hardware of a valid claim: its index keys and the identifier to store.
struct CheckedClaim {
  Identity identity;
  api::DeviceIdentifier identifier;  // canonical, without unknown fields
};

// Returns the hardware of a claim, or why the request is invalid.
std::variant<CheckedClaim, Outcome> CheckClaim(const api::PartnerClaim& item,
                                               const RegistryRules& rules);

// Returns why the claim's owner or configuration is invalid for `caller`, or nullopt.
std::optional<Outcome> CheckOwner(PartnerId caller, const api::PartnerClaim& item,
                                  const CustomersOfReseller& customers);

// Drops the statement of the reseller that held the section last, unless it has or had a
// claim on the other section.
void DropFormerStatement(PartnerId former, Section section, DeviceState& device);

// Claims the device that DeviceToClaim returned; for a new one it has a new id and
// `is_new` set. Fills in what the caller stated, or replaces its identifiers if it held no
// claim on the device any more. On failure it is unchanged.
ItemResult DecideClaim(PartnerId caller, const api::PartnerClaim& item, CheckedClaim checked,
                       const CustomersOfReseller& customers, DeviceState& device);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_RULES_H_
