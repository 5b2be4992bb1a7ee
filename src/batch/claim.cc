// SPDX-License-Identifier: Apache-2.0
#include "batch/claim.h"

#include <algorithm>
#include <deque>
#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/check.h"
#include "base/in_two.h"
#include "base/sorted.h"
#include "base/status_macros.h"
#include "batch/read_devices.h"
#include "model/change_recorder.h"

namespace zerotouch::batch {
namespace {

using Checked = std::variant<CheckedClaim, Outcome>;

// A lookup key, and the statement of one reseller that has it.
using ModemStatement = std::tuple<ModemKey, DeviceId, PartnerId>;
using SerialStatement = std::tuple<std::string, std::string, DeviceId, PartnerId>;

// The devices of one chunk of claims: known ones, and those that earlier claims of
// the chunk created or gave other identifiers.
class ChunkDevices {
 public:
  // `transaction` is null for a preview, whose changes are dropped, and otherwise the
  // same object as `reads`.
  ChunkDevices(store::Snapshot& reads, store::Transaction* transaction, PartnerId caller)
      : reads_(reads), transaction_(transaction), caller_(caller) {}

  // Loads the devices that anybody stated with a key of `identities`.
  absl::Status Load(std::span<const Identity* const> identities);

  // Returns the device that a claim of the loaded identity number `i` is for: a known one,
  // or a new one that is discarded unless Keep is called; or the outcome of a claim that is
  // refused.
  std::variant<DeviceState*, Outcome> Resolve(size_t i, const Identity& identity, Section section);

  // Makes the changes of a successful claim to `device` visible to later claims.
  void Keep(DeviceState* device);

  // Writes the changes.
  absl::Status Apply(store::Transaction& transaction) const;

 private:
  // Returns the id of a new device. In a preview it is below 0.
  DeviceId NewId();
  // Returns the key_matches of identity `i` after the changes of the chunk so far.
  KeyMatches MatchesOf(size_t i, const Identity& identity) const;
  // Returns true if an earlier claim of the chunk dropped the key.
  bool IsDropped(const Identity& identity, const KeyMatch& match) const;
  void NoteKeys(DeviceId device, const StatementState& statement);

  store::Snapshot& reads_;
  store::Transaction* const transaction_;
  const PartnerId caller_;
  std::vector<KeyMatches> found_;   // in the registry, by number of the identity
  std::deque<DeviceState> states_;  // stable addresses
  absl::flat_hash_map<DeviceId, DeviceState*> by_id_;
  // Changes of earlier claims of the chunk: keys that the caller added, and keys that
  // were dropped.
  absl::flat_hash_map<ModemKey, DeviceId> new_modems_;
  absl::flat_hash_map<std::pair<std::string, std::string>, DeviceId> new_serials_;
  absl::flat_hash_set<ModemStatement> dropped_modems_;
  absl::flat_hash_set<SerialStatement> dropped_serials_;
  std::optional<DeviceState> candidate_;  // a new device before Keep
  int64_t provisional_ = 0;               // the last id of a new device in a preview
};

absl::Status ChunkDevices::Load(std::span<const Identity* const> identities) {
  ZT_ASSIGN_OR_RETURN(found_, reads_.Locate(identities), "looking up the devices");
  ZT_CHECK(found_.size() == identities.size(), "a look-up lost an identity");
  std::vector<DeviceId> ids;
  for (const KeyMatches& key_matches : found_) {
    for (const KeyMatch& each : key_matches) ids.push_back(each.device);
  }
  SortUnique(ids);
  if (ids.empty()) return absl::OkStatus();
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> states, ReadDevices(reads_, ids));
  for (DeviceState& state : states) {
    states_.push_back(std::move(state));
    by_id_[states_.back().id] = &states_.back();
  }
  // A snapshot is of one instant.
  if (transaction_ == nullptr) return absl::OkStatus();
  return WithContext(transaction_->CheckLocated(), "looking up the devices again");
}

DeviceId ChunkDevices::NewId() {
  return transaction_ == nullptr ? DeviceId(--provisional_) : transaction_->NextDeviceId();
}

bool ChunkDevices::IsDropped(const Identity& identity, const KeyMatch& match) const {
  if (match.key < identity.modems.size()) {
    return dropped_modems_.contains({identity.modems[match.key], match.device, match.reseller});
  }
  return dropped_serials_.contains(
      {identity.serial_key, identity.serial, match.device, match.reseller});
}

KeyMatches ChunkDevices::MatchesOf(size_t i, const Identity& identity) const {
  ZT_CHECK(i < found_.size(), "a claim was not looked up");
  KeyMatches key_matches = found_[i];
  if (!dropped_modems_.empty() || !dropped_serials_.empty()) {
    const auto kept =
        std::remove_if(key_matches.begin(), key_matches.end(),
                       [&](const KeyMatch& each) { return IsDropped(identity, each); });
    key_matches.erase(kept, key_matches.end());
  }
  const auto add = [&](size_t key, DeviceId device) {
    key_matches.push_back(
        {.key = static_cast<uint8_t>(key), .device = device, .reseller = caller_});
  };
  for (size_t key = 0; key < identity.modems.size(); ++key) {
    const auto made = new_modems_.find(identity.modems[key]);
    if (made != new_modems_.end()) add(key, made->second);
  }
  if (!identity.serial_key.empty() && !new_serials_.empty()) {
    const auto made = new_serials_.find({identity.serial_key, identity.serial});
    if (made != new_serials_.end()) add(identity.modems.size(), made->second);
  }
  return key_matches;
}

std::variant<DeviceState*, Outcome> ChunkDevices::Resolve(size_t i, const Identity& identity,
                                                          Section section) {
  std::variant<DeviceState*, Outcome> place =
      DeviceToClaim(caller_, section, MatchesOf(i, identity), [&](DeviceId id) -> DeviceState& {
        const auto known = by_id_.find(id);
        ZT_CHECK(known != by_id_.end(), "a device was found but not loaded");
        return *known->second;
      });
  if (std::holds_alternative<Outcome>(place) || std::get<DeviceState*>(place) != nullptr) {
    return place;
  }
  candidate_.emplace();
  candidate_->id = NewId();
  candidate_->is_new = true;
  candidate_->statements_read = true;
  return &*candidate_;
}

void ChunkDevices::NoteKeys(DeviceId device, const StatementState& statement) {
  const PartnerId reseller = statement.reseller;
  const Identity& dropped = statement.dropped_keys;
  for (const ModemKey modem : dropped.modems) dropped_modems_.emplace(modem, device, reseller);
  if (!dropped.serial_key.empty()) {
    dropped_serials_.emplace(dropped.serial_key, dropped.serial, device, reseller);
  }
  if (reseller != caller_) return;
  const Identity& added = statement.added_keys;
  for (const ModemKey modem : added.modems) new_modems_.insert_or_assign(modem, device);
  if (!added.serial_key.empty()) {
    new_serials_.insert_or_assign(std::pair(added.serial_key, added.serial), device);
  }
  if (dropped_modems_.empty() && dropped_serials_.empty()) return;
  // Keys that were dropped and stated again are as they were in the registry.
  const Identity now = KeysOf(statement.value->identifier);
  for (const ModemKey modem : now.modems) dropped_modems_.erase({modem, device, reseller});
  dropped_serials_.erase({now.serial_key, now.serial, device, reseller});
}

void ChunkDevices::Keep(DeviceState* device) {
  if (candidate_.has_value() && device == &*candidate_) {
    states_.push_back(*std::move(candidate_));
    candidate_.reset();
    device = &states_.back();
    by_id_[device->id] = device;
  }
  for (const StatementState& statement : device->statements) {
    if (statement.changed) NoteKeys(device->id, statement);
  }
}

absl::Status ChunkDevices::Apply(store::Transaction& transaction) const {
  std::vector<const DeviceState*> changed;
  for (const DeviceState& state : states_) {
    if (state.Changed()) changed.push_back(&state);
  }
  return WithContext(transaction.Apply(changed), "writing the devices");
}

std::vector<Checked> CheckAll(std::span<const api::PartnerClaim* const> items,
                              const RegistryRules& rules) {
  std::vector<Checked> checked(items.size());
  InTwo(items.size(), [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) checked[i] = CheckClaim(*items[i], rules);
    return absl::OkStatus();
  }).IgnoreError();
  return checked;
}

// Reads the facts about the customers of the claims.
absl::StatusOr<CustomersOfReseller> ReadCustomers(store::CompanyReads& reads, PartnerId caller,
                                                  std::span<const api::PartnerClaim* const> items) {
  std::vector<CustomerId> ids;
  ids.reserve(items.size());
  for (const api::PartnerClaim* item : items) ids.emplace_back(item->customer_id());
  SortUnique(ids);
  return reads.ReadCustomerFacts(caller, ids);
}

// Resolves and decides the claims. `devices` then has the changes.
absl::StatusOr<std::vector<ItemResult>> DecideClaims(
    store::CompanyReads& reads, PartnerId caller, std::span<const api::PartnerClaim* const> items,
    const RegistryRules& rules, ChunkDevices& devices) {
  std::vector<Checked> checked = CheckAll(items, rules);
  std::vector<const Identity*> identities;
  for (const Checked& one : checked) {
    if (const auto* claim = std::get_if<CheckedClaim>(&one)) identities.push_back(&claim->identity);
  }
  ZT_RETURN_IF_ERROR(devices.Load(identities));
  ZT_ASSIGN_OR_RETURN(const CustomersOfReseller customers, ReadCustomers(reads, caller, items),
                      "reading the customers");

  std::vector<ItemResult> results;
  results.reserve(items.size());
  size_t loaded = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    auto* const claim = std::get_if<CheckedClaim>(&checked[i]);
    if (claim == nullptr) {
      results.push_back({.outcome = std::get<Outcome>(checked[i]), .device = {}});
      continue;
    }
    if (const auto wrong = CheckOwner(caller, *items[i], customers)) {
      results.push_back({.outcome = *wrong, .device = {}});
      ++loaded;
      continue;
    }
    const std::variant<DeviceState*, Outcome> place =
        devices.Resolve(loaded++, claim->identity, *SectionOf(items[i]->section_type()));
    if (const auto* refused = std::get_if<Outcome>(&place)) {
      results.push_back({.outcome = *refused, .device = {}});
      continue;
    }
    DeviceState* const device = std::get<DeviceState*>(place);
    ChangeRecorder recorder(device);
    results.push_back(DecideClaim(caller, *items[i], *std::move(claim), customers, *device));
    recorder.Record(static_cast<uint32_t>(i), caller);
    if (results.back().outcome == Outcome::kSuccess) devices.Keep(device);
  }
  return results;
}

}  // namespace

absl::StatusOr<std::vector<ItemResult>> RunClaims(store::Transaction& transaction, PartnerId caller,
                                                  std::span<const api::PartnerClaim* const> items,
                                                  const RegistryRules& rules) {
  ChunkDevices devices(transaction, &transaction, caller);
  ZT_ASSIGN_OR_RETURN(std::vector<ItemResult> results,
                      DecideClaims(transaction, caller, items, rules, devices));
  ZT_RETURN_IF_ERROR(devices.Apply(transaction));
  return results;
}

absl::StatusOr<std::vector<ItemResult>> PreviewClaims(
    store::Snapshot& snapshot, PartnerId caller, std::span<const api::PartnerClaim* const> items,
    const RegistryRules& rules) {
  ChunkDevices devices(snapshot, nullptr, caller);
  ZT_ASSIGN_OR_RETURN(std::vector<ItemResult> results,
                      DecideClaims(snapshot, caller, items, rules, devices));
  for (ItemResult& result : results) {
    if (result.device.value() < 0) result.device = DeviceId();
  }
  return results;
}

}  // namespace zerotouch::batch
