// SPDX-License-Identifier: Apache-2.0
#include "batch/claim.h"

#include <algorithm>
#include <deque>

#include "absl/container/flat_hash_map.h"
#include "base/check.h"
#include "base/sorted.h"
#include "base/status_macros.h"

namespace zerotouch::batch {
namespace {

using Checked = std::variant<CheckedClaim, Outcome>;

// The devices of one chunk of claims: known ones, and those that earlier claims of
// the chunk created or gave more identifiers.
class ChunkDevices {
 public:
  explicit ChunkDevices(store::Transaction& transaction) : transaction_(transaction) {}

  // Loads the records of `identities`.
  absl::Status Load(std::span<const Identity* const> identities);

  // Returns the device of the loaded identity number `i`: a known one, or a new one
  // that is discarded unless Keep is called. Returns null if the identifiers belong
  // to different records.
  DeviceState* Resolve(size_t i, const Identity& identity);

  // Makes the changes of a successful claim to `device` visible to later claims.
  void Keep(DeviceState* device);

  // Writes the changes.
  absl::Status Apply();

 private:
  void AddKnown(DeviceId id, store::Matches& matches) const;

  store::Transaction& transaction_;
  std::vector<store::Matches> found_;  // in the registry, by number of the identity
  std::deque<DeviceState> states_;     // stable addresses
  absl::flat_hash_map<DeviceId, DeviceState*> by_id_;
  absl::flat_hash_map<ModemKey, DeviceId> new_modems_;
  // By serial key and exact serial number.
  absl::flat_hash_map<std::pair<std::string, std::string>, DeviceId> new_serials_;
  std::optional<DeviceState> candidate_;  // a new device before Keep
};

absl::Status ChunkDevices::Load(std::span<const Identity* const> identities) {
  ZT_ASSIGN_OR_RETURN(found_, transaction_.Locate(identities), "looking up the devices");
  ZT_CHECK(found_.size() == identities.size(), "a look-up lost an identity");
  std::vector<DeviceId> ids;
  for (const store::Matches& matches : found_)
    ids.insert(ids.end(), matches.begin(), matches.end());
  SortUnique(ids);
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> states, transaction_.ReadClaims(ids),
                      "reading the claims");
  std::vector<DeviceState*> loaded;
  for (DeviceState& state : states) {
    states_.push_back(std::move(state));
    by_id_[states_.back().id] = &states_.back();
    loaded.push_back(&states_.back());
  }
  return WithContext(transaction_.ReadRecords(loaded), "reading the records");
}

void ChunkDevices::AddKnown(DeviceId id, store::Matches& matches) const {
  if (std::find(matches.begin(), matches.end(), id) == matches.end()) matches.push_back(id);
}

DeviceState* ChunkDevices::Resolve(size_t i, const Identity& identity) {
  ZT_CHECK(i < found_.size(), "a claim was not looked up");
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
  if (matches.size() == 1) {
    const auto known = by_id_.find(matches[0]);
    ZT_CHECK(known != by_id_.end(), "a device was found but not loaded");
    return known->second;
  }
  candidate_.emplace();
  candidate_->id = transaction_.NextDeviceId();
  candidate_->is_new = true;
  return &*candidate_;
}

void ChunkDevices::Keep(DeviceState* device) {
  if (candidate_.has_value() && device == &*candidate_) {
    states_.push_back(*std::move(candidate_));
    candidate_.reset();
    device = &states_.back();
    by_id_[device->id] = device;
  }
  for (const ModemKey modem : device->new_modems) new_modems_.emplace(modem, device->id);
  for (const std::string& key : device->new_serial_keys) {
    ZT_CHECK(device->record.has_value(), "a device with a serial number has no record");
    new_serials_.emplace(std::pair(key, device->record->identifier.serial_number()), device->id);
  }
}

absl::Status ChunkDevices::Apply() {
  std::vector<const DeviceState*> changed;
  for (const DeviceState& state : states_) {
    if (state.Changed()) changed.push_back(&state);
  }
  return WithContext(transaction_.Apply(changed), "writing the devices");
}

std::vector<Checked> CheckAll(std::span<const api::PartnerClaim* const> items,
                              const RegistryRules& rules) {
  std::vector<Checked> checked;
  checked.reserve(items.size());
  for (const api::PartnerClaim* item : items) checked.push_back(CheckClaim(*item, rules));
  return checked;
}

// Reads the facts about the customers of the claims.
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
                                                  const RegistryRules& rules) {
  const std::vector<Checked> checked = CheckAll(items, rules);
  std::vector<const Identity*> identities;
  for (const Checked& one : checked) {
    if (const auto* claim = std::get_if<CheckedClaim>(&one)) identities.push_back(&claim->identity);
  }
  ChunkDevices devices(transaction);
  ZT_RETURN_IF_ERROR(devices.Load(identities));
  ZT_ASSIGN_OR_RETURN(const CustomersOfReseller customers,
                      ReadCustomers(transaction, caller, items), "reading the customers");

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
    results.push_back(DecideClaim(caller, *items[i], *claim, customers, *device));
    if (results.back().outcome == Outcome::kSuccess) devices.Keep(device);
  }
  ZT_RETURN_IF_ERROR(devices.Apply());
  return results;
}

}  // namespace zerotouch::batch
