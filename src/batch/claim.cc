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
#include "base/sorted.h"
#include "base/status_macros.h"
#include "batch/read_devices.h"
#include "model/change_recorder.h"

namespace zerotouch::batch {
namespace {

// A lookup key, and the statement of one reseller that has it.
using ModemStatement = std::tuple<ModemKey, DeviceId, PartnerId>;
using SerialStatement = std::tuple<std::string, std::string, DeviceId, PartnerId>;

bool AreSame(const CustomersOfReseller& a, const CustomersOfReseller& b) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](const auto& each) {
           const auto other = b.find(each.first);
           return other != b.end() &&
                  other->second.default_configuration == each.second.default_configuration &&
                  other->second.configurations == each.second.configurations;
         });
}

}  // namespace

// The devices of one chunk of claims: known ones, and those that earlier claims of
// the chunk created or gave other identifiers. New ones have provisional ids, below 0.
class ClaimChunk::Devices {
 public:
  explicit Devices(PartnerId caller) : caller_(caller) {}

  // Takes the devices that anybody stated: `found[i]` with a key of identity number i.
  absl::Status Load(store::Snapshot& reads, std::vector<KeyMatches> found);
  // Returns true if somebody stated a key of an identity.
  bool AnyKnown() const { return any_known_; }

  // Returns the device that a claim of identity number `i` is for: a known one, or a new one
  // that is discarded unless Keep is called; or the outcome of a claim that is refused.
  std::variant<DeviceState*, Outcome> Resolve(size_t i, const Identity& identity, Section section);

  // Makes the changes of a successful claim to `device` visible to later claims.
  void Keep(DeviceState* device);

  // Gives the new devices ids of the transaction. Returns the results with these.
  std::vector<ItemResult> GiveIds(store::Transaction& transaction, std::vector<ItemResult> results);

  // Writes the changes.
  absl::Status Apply(store::Transaction& transaction) const;

 private:
  // Returns the matches of identity `i` after the changes of the chunk so far.
  KeyMatches MatchesOf(size_t i, const Identity& identity) const;
  // Returns true if an earlier claim of the chunk dropped the key.
  bool IsDropped(const Identity& identity, const KeyMatch& match) const;
  void NoteKeys(DeviceId device, const StatementState& statement);

  const PartnerId caller_;
  std::vector<KeyMatches> found_;  // in the registry, by number of the identity
  bool any_known_ = false;
  std::deque<DeviceState> states_;  // stable addresses
  absl::flat_hash_map<DeviceId, DeviceState*> by_id_;
  // Changes of earlier claims of the chunk: keys that the caller added, and keys that
  // were dropped.
  absl::flat_hash_map<ModemKey, DeviceId> new_modems_;
  absl::flat_hash_map<std::pair<std::string, std::string>, DeviceId> new_serials_;
  absl::flat_hash_set<ModemStatement> dropped_modems_;
  absl::flat_hash_set<SerialStatement> dropped_serials_;
  bool has_candidate_ = false;  // the last state is of a new device before Keep
  int64_t provisional_ = 0;     // the last provisional id
};

struct ClaimChunk::Decided {
  Devices devices;
  CustomersOfReseller customers;  // of those that the claims name
  std::vector<ItemResult> results;
};

absl::Status ClaimChunk::Devices::Load(store::Snapshot& reads, std::vector<KeyMatches> found) {
  found_ = std::move(found);
  std::vector<DeviceId> ids;
  for (const KeyMatches& key_matches : found_) {
    for (const KeyMatch& each : key_matches) ids.push_back(each.device);
  }
  SortUnique(ids);
  any_known_ = !ids.empty();
  if (!any_known_) return absl::OkStatus();
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> states, ReadDevices(reads, ids));
  for (DeviceState& state : states) {
    states_.push_back(std::move(state));
    by_id_[states_.back().id] = &states_.back();
  }
  return absl::OkStatus();
}

bool ClaimChunk::Devices::IsDropped(const Identity& identity, const KeyMatch& match) const {
  if (match.key < identity.modems.size()) {
    return dropped_modems_.contains({identity.modems[match.key], match.device, match.reseller});
  }
  return dropped_serials_.contains(
      {identity.serial_key, identity.serial, match.device, match.reseller});
}

KeyMatches ClaimChunk::Devices::MatchesOf(size_t i, const Identity& identity) const {
  ZT_CHECK(!any_known_ || i < found_.size(), "a claim was not looked up");
  KeyMatches key_matches = any_known_ ? found_[i] : KeyMatches();
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

std::variant<DeviceState*, Outcome> ClaimChunk::Devices::Resolve(size_t i, const Identity& identity,
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
  if (has_candidate_) states_.pop_back();
  has_candidate_ = true;
  DeviceState& candidate = states_.emplace_back();
  candidate.id = DeviceId(--provisional_);
  candidate.is_new = true;
  candidate.statements_read = true;
  return &candidate;
}

void ClaimChunk::Devices::NoteKeys(DeviceId device, const StatementState& statement) {
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

void ClaimChunk::Devices::Keep(DeviceState* device) {
  if (has_candidate_ && device == &states_.back()) {
    has_candidate_ = false;
    by_id_[device->id] = device;
  }
  for (const StatementState& statement : device->statements) {
    if (statement.changed) NoteKeys(device->id, statement);
  }
}

std::vector<ItemResult> ClaimChunk::Devices::GiveIds(store::Transaction& transaction,
                                                     std::vector<ItemResult> results) {
  for (DeviceState& state : states_) {
    if (!state.is_new) continue;
    state.id = transaction.NextDeviceId();
    for (DeviceChange& change : state.changes) change.device = state.id;
  }
  for (ItemResult& result : results) {
    if (result.device.value() < 0) result.device = by_id_.at(result.device)->id;
  }
  return results;
}

absl::Status ClaimChunk::Devices::Apply(store::Transaction& transaction) const {
  std::vector<const DeviceState*> changed;
  for (const DeviceState& state : states_) {
    if (state.Changed()) changed.push_back(&state);
  }
  return WithContext(transaction.Apply(changed), "writing the devices");
}

ClaimChunk::ClaimChunk(PartnerId caller, std::span<const api::PartnerClaim* const> items,
                       const RegistryRules& rules)
    : caller_(caller), items_(items), rules_(rules) {
  CheckAll();
}

ClaimChunk::~ClaimChunk() = default;

void ClaimChunk::CheckAll() {
  checked_.clear();
  checked_.reserve(items_.size());
  for (const api::PartnerClaim* item : items_) checked_.push_back(CheckClaim(*item, rules_));
}

std::vector<CustomerId> ClaimChunk::CustomerIds() const {
  std::vector<CustomerId> ids;
  ids.reserve(items_.size());
  for (const api::PartnerClaim* item : items_) ids.emplace_back(item->customer_id());
  SortUnique(ids);
  return ids;
}

std::vector<const Identity*> ClaimChunk::Identities() const {
  std::vector<const Identity*> identities;
  identities.reserve(checked_.size());
  for (const Checked& one : checked_) {
    if (const auto* claim = std::get_if<CheckedClaim>(&one)) identities.push_back(&claim->identity);
  }
  return identities;
}

void ClaimChunk::DecideAsNew(const CustomersOfReseller& customers) {
  auto decided = std::make_unique<Decided>(
      Decided{.devices = Devices(caller_), .customers = {}, .results = {}});
  for (const CustomerId id : CustomerIds()) {
    const auto facts = customers.find(id);
    if (facts != customers.end()) decided->customers.insert(*facts);
  }
  DecideEach(*decided);
  decided_ = std::move(decided);
}

absl::Status ClaimChunk::Decide(store::Snapshot& reads, store::Transaction* transaction) {
  const std::vector<const Identity*> identities = Identities();
  ZT_ASSIGN_OR_RETURN(std::vector<KeyMatches> found, reads.Locate(identities),
                      "looking up the devices");
  ZT_CHECK(found.size() == identities.size(), "a look-up lost an identity");
  ZT_ASSIGN_OR_RETURN(CustomersOfReseller customers,
                      reads.ReadCustomerFacts(caller_, CustomerIds()), "reading the customers");
  const bool all_new =
      std::ranges::all_of(found, [](const KeyMatches& key_matches) { return key_matches.empty(); });
  // A decision depends on nothing else.
  if (decided_ != nullptr && all_new && !decided_->devices.AnyKnown() &&
      AreSame(decided_->customers, customers)) {
    return absl::OkStatus();
  }
  if (decided_ != nullptr) CheckAll();
  decided_ = std::make_unique<Decided>(
      Decided{.devices = Devices(caller_), .customers = std::move(customers), .results = {}});
  ZT_RETURN_IF_ERROR(decided_->devices.Load(reads, std::move(found)));
  // A snapshot is of one instant.
  if (transaction != nullptr && decided_->devices.AnyKnown()) {
    ZT_RETURN_IF_ERROR(transaction->CheckLocated(), "looking up the devices again");
  }
  DecideEach(*decided_);
  return absl::OkStatus();
}

void ClaimChunk::DecideEach(Decided& decided) {
  decided.results.reserve(items_.size());
  size_t loaded = 0;
  for (size_t i = 0; i < items_.size(); ++i) {
    auto* const claim = std::get_if<CheckedClaim>(&checked_[i]);
    if (claim == nullptr) {
      decided.results.push_back({.outcome = std::get<Outcome>(checked_[i]), .device = {}});
      continue;
    }
    const size_t number = loaded++;
    if (const auto wrong = CheckOwner(caller_, *items_[i], decided.customers)) {
      decided.results.push_back({.outcome = *wrong, .device = {}});
      continue;
    }
    const std::variant<DeviceState*, Outcome> place =
        decided.devices.Resolve(number, claim->identity, *SectionOf(items_[i]->section_type()));
    if (const auto* refused = std::get_if<Outcome>(&place)) {
      decided.results.push_back({.outcome = *refused, .device = {}});
      continue;
    }
    DeviceState* const device = std::get<DeviceState*>(place);
    ChangeRecorder recorder(device);
    decided.results.push_back(
        DecideClaim(caller_, *items_[i],
                    {.identity = claim->identity, .identifier = std::move(claim->identifier)},
                    decided.customers, *device));
    recorder.Record(static_cast<uint32_t>(i), caller_);
    if (decided.results.back().outcome == Outcome::kSuccess) decided.devices.Keep(device);
  }
}

absl::StatusOr<std::vector<ItemResult>> ClaimChunk::Run(store::Transaction& transaction) {
  ZT_RETURN_IF_ERROR(Decide(transaction, &transaction));
  std::vector<ItemResult> results = decided_->devices.GiveIds(transaction, decided_->results);
  ZT_RETURN_IF_ERROR(decided_->devices.Apply(transaction));
  return results;
}

absl::StatusOr<std::vector<ItemResult>> ClaimChunk::Preview(store::Snapshot& snapshot) {
  ZT_RETURN_IF_ERROR(Decide(snapshot, /*transaction=*/nullptr));
  std::vector<ItemResult> results = decided_->results;
  for (ItemResult& result : results) {
    if (result.device.value() < 0) result.device = DeviceId();
  }
  return results;
}

absl::StatusOr<std::vector<ItemResult>> RunClaims(store::Transaction& transaction, PartnerId caller,
                                                  std::span<const api::PartnerClaim* const> items,
                                                  const RegistryRules& rules) {
  return ClaimChunk(caller, items, rules).Run(transaction);
}

}  // namespace zerotouch::batch
