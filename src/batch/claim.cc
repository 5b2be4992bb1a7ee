// SPDX-License-Identifier: Apache-2.0
#include "batch/claim.h"

#include <algorithm>
#include <deque>

#include "absl/container/flat_hash_map.h"
#include "base/sorted.h"
#include "base/status_macros.h"

namespace zerotouch::batch {
namespace {

using Checked = std::variant<CheckedClaim, Outcome>;

// The devices of one chunk of claims: those that the registry knew, and those
// that earlier claims of the chunk made or gave more identifiers.
class Devices {
 public:
  explicit Devices(store::Transaction& transaction) : transaction_(transaction) {}

  // Loads every record that `identities` name.
  absl::Status Load(std::span<const Identity* const> identities);

  // The device that claim number `i` of those loaded is about: a known one, a
  // new one that is not kept until Keep(), or null if the identifiers belong
  // to different records.
  DeviceState* Resolve(size_t i, const Identity& identity);

  // Makes what a successful claim did to `device` visible to later ones.
  void Keep(DeviceState* device);

  // Writes what changed.
  absl::Status Apply();

 private:
  void AddKnown(DeviceId id, store::Matches& matches) const;

  store::Transaction& transaction_;
  std::vector<store::Matches> found_;  // in the registry, by number of the claim
  std::deque<DeviceState> states_;     // never moved: claims point to them
  absl::flat_hash_map<DeviceId, DeviceState*> by_id_;
  absl::flat_hash_map<ModemKey, DeviceId> new_modems_;
  // By serial key and the serial number to the letter.
  absl::flat_hash_map<std::pair<std::string, std::string>, DeviceId> new_serials_;
  std::optional<DeviceState> candidate_;  // a new device, not kept yet
};

absl::Status Devices::Load(std::span<const Identity* const> identities) {
  ZT_ASSIGN_OR_RETURN(found_, transaction_.Locate(identities));
  std::vector<DeviceId> ids;
  for (const store::Matches& matches : found_)
    ids.insert(ids.end(), matches.begin(), matches.end());
  SortUnique(ids);
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> states, transaction_.ReadClaims(ids));
  std::vector<DeviceState*> loaded;
  for (DeviceState& state : states) {
    states_.push_back(std::move(state));
    by_id_[states_.back().id] = &states_.back();
    loaded.push_back(&states_.back());
  }
  return transaction_.ReadRecords(loaded);
}

void Devices::AddKnown(DeviceId id, store::Matches& matches) const {
  if (std::find(matches.begin(), matches.end(), id) == matches.end()) matches.push_back(id);
}

DeviceState* Devices::Resolve(size_t i, const Identity& identity) {
  store::Matches& matches = found_[i];
  for (const ModemKey modem : identity.modems) {
    const auto made = new_modems_.find(modem);
    if (made != new_modems_.end()) AddKnown(made->second, matches);
  }
  if (!identity.serial_key.empty() && !new_serials_.empty()) {
    const auto made = new_serials_.find({identity.serial_key, identity.serial});
    if (made != new_serials_.end()) AddKnown(made->second, matches);
  }
  if (matches.size() > 1) return nullptr;
  if (matches.size() == 1) return by_id_.at(matches[0]);
  candidate_.emplace();
  candidate_->id = transaction_.NextDeviceId();
  candidate_->is_new = true;
  return &*candidate_;
}

void Devices::Keep(DeviceState* device) {
  if (candidate_.has_value() && device == &*candidate_) {
    states_.push_back(*std::move(candidate_));
    candidate_.reset();
    device = &states_.back();
    by_id_[device->id] = device;
  }
  for (const ModemKey modem : device->new_modems) new_modems_.emplace(modem, device->id);
  for (const std::string& key : device->new_serial_keys) {
    new_serials_.emplace(std::pair(key, device->record->identifier.serial_number()), device->id);
  }
}

absl::Status Devices::Apply() {
  std::vector<const DeviceState*> changed;
  for (const DeviceState& state : states_) {
    if (state.Changed()) changed.push_back(&state);
  }
  return transaction_.Apply(changed);
}

std::vector<Checked> CheckAll(std::span<const api::PartnerClaim* const> items,
                              const RegistryRules& rules) {
  std::vector<Checked> checked;
  checked.reserve(items.size());
  for (const api::PartnerClaim* item : items) checked.push_back(CheckClaim(*item, rules));
  return checked;
}

// The facts about every customer that the claims name.
absl::StatusOr<CustomersOfReseller> ReadCustomers(store::Transaction& transaction, PartnerId caller,
                                                  std::span<const api::PartnerClaim* const> items) {
  std::vector<CustomerId> ids;
  ids.reserve(items.size());
  for (const api::PartnerClaim* item : items) ids.emplace_back(item->customer_id());
  SortUnique(ids);
  return transaction.ReadCustomerFacts(caller, ids);
}

}  // namespace

absl::StatusOr<std::vector<ItemResult>> RunClaims(store::Transaction& transaction, PartnerId caller,
                                                  std::span<const api::PartnerClaim* const> items,
                                                  const RegistryRules& rules, absl::Time now) {
  const std::vector<Checked> checked = CheckAll(items, rules);
  std::vector<const Identity*> identities;
  for (const Checked& one : checked) {
    if (const auto* claim = std::get_if<CheckedClaim>(&one)) identities.push_back(&claim->identity);
  }
  Devices devices(transaction);
  ZT_RETURN_IF_ERROR(devices.Load(identities));
  ZT_ASSIGN_OR_RETURN(const CustomersOfReseller customers,
                      ReadCustomers(transaction, caller, items));

  std::vector<ItemResult> results;
  results.reserve(items.size());
  size_t loaded = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const auto* claim = std::get_if<CheckedClaim>(&checked[i]);
    if (claim == nullptr) {
      results.push_back({.outcome = std::get<Outcome>(checked[i]), .device = {}});
      continue;
    }
    DeviceState* device = devices.Resolve(loaded++, claim->identity);
    if (device == nullptr) {
      results.push_back({.outcome = Outcome::kIdentifiersPointApart, .device = {}});
      continue;
    }
    results.push_back(DecideClaim(caller, *items[i], *claim, customers, *device, now));
    if (results.back().outcome == Outcome::kSuccess) devices.Keep(device);
  }
  ZT_RETURN_IF_ERROR(devices.Apply());
  return results;
}

}  // namespace zerotouch::batch
