// SPDX-License-Identifier: Apache-2.0
#include "batch/undo_run.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "base/check.h"
#include "base/limits.h"
#include "base/sorted.h"
#include "base/status_macros.h"
#include "batch/kinds.h"
#include "batch/pending_items.h"
#include "batch/read_devices.h"
#include "batch/stored_request.h"
#include "model/change_recorder.h"
#include "model/undo_rules.h"
#include "store/history.h"

namespace zerotouch::batch {
namespace {

using store::IndexedResult;

// An item of the undo. Without a change there is nothing to undo.
struct UndoItem {
  uint32_t index = 0;  // in the request
  std::optional<DeviceChange> change;
  // The claim that altered what its reseller had stated; else null.
  std::unique_ptr<api::PartnerClaim> claim;
};

// Bytes of an item besides the statements in its change.
constexpr uint64_t kUndoItemBytes = sizeof(UndoItem) + 100;

uint64_t BytesOf(const DeviceChange& change) {
  uint64_t bytes = 0;
  for (const FormerStatement& each : change.statements) {
    bytes += sizeof(each) + each.identifier.SpaceUsedLong() + each.metadata.SpaceUsedLong();
  }
  for (const std::string& key : change.metadata_keys) bytes += sizeof(key) + key.size();
  return bytes;
}

// Reads the changes of the operation that is undone into its items, which are by index.
absl::Status ReadChanges(store::Snapshot& snapshot, const store::OperationHead& head,
                         const std::function<bool(uint64_t)>& hold, std::vector<UndoItem>& items) {
  uint64_t bytes = items.size() * kUndoItemBytes;
  std::optional<store::ChangesPlace> place = store::ChangesPlace();
  while (place.has_value()) {
    ZT_ASSIGN_OR_RETURN(store::OperationChanges part,
                        store::ReadChangesOf(snapshot, head.undoes, *place),
                        "reading the changes of an operation");
    for (DeviceChange& change : part.changes) {
      if (change.item >= items.size()) {
        return absl::DataLossError("the index of a change is out of range");
      }
      bytes += BytesOf(change);
      const uint32_t index = change.item;
      items[index].change = std::move(change);
    }
    if (!hold(bytes)) return NoBatchMemory();
    place = part.next;
  }
  return absl::OkStatus();
}

// Reads the claims that altered what `head.partner` had stated.
absl::Status ReadAlteringClaims(store::Snapshot& snapshot, const store::OperationHead& head,
                                std::vector<UndoItem>& items) {
  for (int32_t chunk = 0; chunk < ChunksOf(head.items); ++chunk) {
    const size_t begin = static_cast<size_t>(chunk) * limits::kStoredChunkItems;
    const size_t end = std::min(items.size(), begin + limits::kStoredChunkItems);
    const auto alters = [&](const UndoItem& item) {
      return item.change.has_value() && AlteredStatement(head.partner, *item.change) != nullptr;
    };
    if (std::none_of(items.begin() + static_cast<ptrdiff_t>(begin),
                     items.begin() + static_cast<ptrdiff_t>(end), alters)) {
      continue;
    }
    ZT_ASSIGN_OR_RETURN(const std::vector<std::string> stored,
                        snapshot.ReadRequestChunks(head.id, chunk, 1), "reading the request");
    api::ClaimDevicesRequest request;
    ZT_RETURN_IF_ERROR(ParseChunk(stored[0], head.id, request));
    if (static_cast<size_t>(request.claims_size()) != end - begin) {
      return absl::DataLossError("the operation has too few or too many items");
    }
    for (size_t i = begin; i < end; ++i) {
      if (!alters(items[i])) continue;
      items[i].claim = std::make_unique<api::PartnerClaim>(
          std::move(*request.mutable_claims(static_cast<int>(i - begin))));
    }
  }
  return absl::OkStatus();
}

// The devices of a chunk of items, and what decides about them.
class UndoChunk {
 public:
  UndoChunk(PartnerId caller, const RegistryRules& rules, std::span<const UndoItem> items)
      : caller_(caller), rules_(rules), items_(items) {}

  // Reads the devices, and what else decides.
  absl::Status Load(store::Snapshot& reads);
  // Decides the items in their order. The devices then have the changes.
  std::vector<ItemResult> Decide();

  bool has_looked_up() const { return !sought_.empty(); }
  std::vector<const DeviceState*> Changed() const {
    std::vector<const DeviceState*> changed;
    for (const DeviceState& state : states_) {
      if (state.Changed()) changed.push_back(&state);
    }
    return changed;
  }

 private:
  // A statement of the caller before the change, which it would make again.
  struct Restated {
    const UndoItem* item = nullptr;
    Statement statement;
    bool was_dropped = false;
    Identity keys;
  };

  absl::Status ReadStates(store::Snapshot& reads);
  // Finds what the caller stated about devices that another reseller took over since.
  absl::Status FindDropped(store::Snapshot& reads);
  // Reads from the history what the caller stated before it was dropped.
  absl::StatusOr<std::optional<Statement>> ReadDropped(store::Snapshot& reads, DeviceId device);
  // Finds out for which of `sought_` another device has the keys.
  absl::Status FindTaken(store::Snapshot& reads);
  absl::Status ReadCustomers(store::CompanyReads& reads);
  ItemResult DecideOne(const UndoItem& item);
  DeviceState& StateOf(DeviceId id) {
    const auto state = std::lower_bound(
        states_.begin(), states_.end(), id,
        [](const DeviceState& other, DeviceId sought) { return other.id < sought; });
    ZT_CHECK(state != states_.end() && state->id == id, "the device of an undo was not loaded");
    return *state;
  }

  const PartnerId caller_;
  const RegistryRules& rules_;
  const std::span<const UndoItem> items_;
  std::vector<DeviceState> states_;  // ascending by id
  CustomersOfReseller customers_;
  std::vector<Restated> sought_;
  absl::flat_hash_map<const UndoItem*, const Restated*> restated_;
  absl::flat_hash_map<const UndoItem*, bool> taken_;
};

absl::Status UndoChunk::Load(store::Snapshot& reads) {
  ZT_RETURN_IF_ERROR(ReadStates(reads));
  for (const UndoItem& item : items_) {
    if (!item.change.has_value()) continue;
    const FormerStatement* const altered = AlteredStatement(caller_, *item.change);
    if (altered == nullptr) continue;
    sought_.push_back({.item = &item,
                       .statement = {.identifier = altered->identifier, .metadata = {}},
                       .was_dropped = false,
                       .keys = KeysOf(altered->identifier)});
  }
  ZT_RETURN_IF_ERROR(FindDropped(reads));
  ZT_RETURN_IF_ERROR(FindTaken(reads));
  return ReadCustomers(reads);
}

absl::Status UndoChunk::ReadStates(store::Snapshot& reads) {
  std::vector<DeviceId> ids;
  for (const UndoItem& item : items_) {
    if (item.change.has_value()) ids.push_back(item.change->device);
  }
  SortUnique(ids);
  ZT_ASSIGN_OR_RETURN(states_, reads.ReadClaims(ids), "reading the claims");
  std::vector<DeviceId> stated;
  for (const UndoItem& item : items_) {
    if (!item.change.has_value()) continue;
    DeviceState& state = StateOf(item.change->device);
    if (UndoNeedsStatements(caller_, *item.change, state)) stated.push_back(state.id);
  }
  if (stated.empty()) return absl::OkStatus();
  SortUnique(stated);
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> with, ReadDevices(reads, stated));
  for (DeviceState& state : with) {
    DeviceState& place = StateOf(state.id);
    place = std::move(state);
  }
  return absl::OkStatus();
}

absl::Status UndoChunk::FindDropped(store::Snapshot& reads) {
  for (const UndoItem& item : items_) {
    if (!item.change.has_value() || !ClaimsAgain(*item.change)) continue;
    const DeviceState& state = StateOf(item.change->device);
    if (!state.statements_read || state.StatementOf(caller_) != nullptr ||
        HasChangedSince(*item.change, state)) {
      continue;
    }
    ZT_ASSIGN_OR_RETURN(std::optional<Statement> dropped, ReadDropped(reads, state.id));
    if (!dropped.has_value()) continue;
    Identity keys = KeysOf(dropped->identifier);
    sought_.push_back({.item = &item,
                       .statement = *std::move(dropped),
                       .was_dropped = true,
                       .keys = std::move(keys)});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Statement>> UndoChunk::ReadDropped(store::Snapshot& reads,
                                                                DeviceId device) {
  std::vector<int64_t> from;
  for (int read = 0; read < limits::kUndoHistoryEntries;) {
    ZT_ASSIGN_OR_RETURN(const store::HistoryPage page,
                        store::ReadHistory(reads, device, from, limits::kListBlock),
                        "reading the history of a device");
    for (const store::HistoryEntry& entry : page.entries) {
      for (const FormerStatement& each : entry.change.statements) {
        if (each.reseller == caller_ && each.dropped) {
          return Statement{.identifier = each.identifier, .metadata = each.metadata};
        }
      }
    }
    if (page.next.empty() || page.entries.empty()) break;
    read += static_cast<int>(page.entries.size());
    from = page.next;
  }
  return std::nullopt;
}

absl::Status UndoChunk::FindTaken(store::Snapshot& reads) {
  if (sought_.empty()) return absl::OkStatus();
  std::vector<const Identity*> identities;
  for (const Restated& each : sought_) {
    restated_[each.item] = &each;
    identities.push_back(&each.keys);
  }
  ZT_ASSIGN_OR_RETURN(const auto found, reads.Locate(identities), "looking up the devices");
  std::vector<DeviceId> others;
  for (const auto& matches : found) {
    for (const auto& each : matches) others.push_back(each.device);
  }
  SortUnique(others);
  ZT_ASSIGN_OR_RETURN(const std::vector<DeviceState> states, reads.ReadClaims(others),
                      "reading the claims");
  for (size_t i = 0; i < sought_.size(); ++i) {
    const DeviceChange& change = *sought_[i].item->change;
    taken_[sought_[i].item] = std::ranges::any_of(found[i], [&](const auto& each) {
      if (each.device == change.device) return false;
      if (each.reseller == caller_) return true;
      const auto state = std::ranges::lower_bound(states, each.device, {}, &DeviceState::id);
      return sought_[i].was_dropped && Holds(each.reseller, state->ClaimIn(change.section));
    });
  }
  return absl::OkStatus();
}

absl::Status UndoChunk::ReadCustomers(store::CompanyReads& reads) {
  std::vector<CustomerId> ids;
  for (const UndoItem& item : items_) {
    if (item.change.has_value() && IsHeld(item.change->before)) {
      ids.push_back(item.change->before->owner);
    }
  }
  if (ids.empty()) return absl::OkStatus();
  SortUnique(ids);
  ZT_ASSIGN_OR_RETURN(customers_, reads.ReadCustomerFacts(caller_, ids), "reading the customers");
  return absl::OkStatus();
}

ItemResult UndoChunk::DecideOne(const UndoItem& item) {
  if (!item.change.has_value()) return {.outcome = Outcome::kNothingToUndo, .device = {}};
  UndoFacts facts{.claim = item.claim.get()};
  std::optional<CheckedClaim> checked;
  if (item.claim != nullptr) {
    std::variant<CheckedClaim, Outcome> one = CheckClaim(*item.claim, rules_);
    if (auto* claim = std::get_if<CheckedClaim>(&one))
      facts.checked = &checked.emplace(std::move(*claim));
  }
  if (const auto restated = restated_.find(&item); restated != restated_.end()) {
    facts.keys_taken = taken_[&item];
    if (restated->second->was_dropped) facts.dropped = &restated->second->statement;
  }
  DeviceState& device = StateOf(item.change->device);
  ChangeRecorder recorder(&device);
  const ItemResult result = DecideUndo(caller_, *item.change, facts, customers_, device);
  recorder.Record(static_cast<uint32_t>(&item - items_.data()), caller_);
  return result;
}

std::vector<ItemResult> UndoChunk::Decide() {
  std::vector<ItemResult> results;
  results.reserve(items_.size());
  for (const UndoItem& item : items_) results.push_back(DecideOne(item));
  return results;
}

class UndoRun final : public BatchRun {
 public:
  UndoRun(PartnerId caller, const RegistryRules& rules, std::vector<UndoItem> items)
      : caller_(caller), rules_(rules), items_(std::move(items)) {}

  size_t size() const override { return items_.size(); }
  uint32_t IndexOf(size_t at) const override { return items_[at].index; }

  absl::StatusOr<std::vector<IndexedResult>> Run(store::Transaction& transaction, size_t begin,
                                                 size_t end, absl::Time) override {
    UndoChunk chunk(caller_, rules_, Range(begin, end));
    ZT_RETURN_IF_ERROR(chunk.Load(transaction));
    if (chunk.has_looked_up()) {
      ZT_RETURN_IF_ERROR(transaction.CheckLocated(), "looking up the devices again");
    }
    std::vector<IndexedResult> results = Indexed(begin, chunk.Decide());
    ZT_RETURN_IF_ERROR(transaction.Apply(chunk.Changed()), "writing the devices");
    return results;
  }

  absl::StatusOr<std::vector<IndexedResult>> Preview(store::Snapshot& snapshot, size_t begin,
                                                     size_t end, absl::Time) override {
    UndoChunk chunk(caller_, rules_, Range(begin, end));
    ZT_RETURN_IF_ERROR(chunk.Load(snapshot));
    return Indexed(begin, chunk.Decide());
  }

 private:
  std::span<const UndoItem> Range(size_t begin, size_t end) const {
    ZT_CHECK(begin <= end && end <= items_.size(), "a chunk is outside of its undo");
    return std::span(items_).subspan(begin, end - begin);
  }
  std::vector<IndexedResult> Indexed(size_t begin, const std::vector<ItemResult>& results) const {
    std::vector<IndexedResult> indexed;
    indexed.reserve(results.size());
    for (size_t i = 0; i < results.size(); ++i) {
      indexed.push_back({.index = items_[begin + i].index, .result = results[i]});
    }
    return indexed;
  }

  const PartnerId caller_;
  const RegistryRules& rules_;
  const std::vector<UndoItem> items_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<BatchRun>> LoadUndoRun(store::Snapshot& snapshot,
                                                      const store::OperationHead& head,
                                                      const std::vector<bool>& done,
                                                      const RegistryRules& rules,
                                                      const std::function<bool(uint64_t)>& hold) {
  std::vector<UndoItem> items(done.size());
  for (uint32_t i = 0; i < items.size(); ++i) items[i].index = i;
  ZT_RETURN_IF_ERROR(ReadChanges(snapshot, head, hold, items));
  if (head.kind == store::BatchKind::kUndoClaim) {
    ZT_RETURN_IF_ERROR(ReadAlteringClaims(snapshot, head, items));
  }
  std::erase_if(items, [&](const UndoItem& item) { return done[item.index]; });
  const auto key = [](const UndoItem& item) {
    const DeviceId device = item.change.has_value() ? item.change->device : DeviceId();
    return std::tuple(device, -static_cast<int64_t>(item.index));
  };
  std::sort(items.begin(), items.end(),
            [&](const UndoItem& a, const UndoItem& b) { return key(a) < key(b); });
  return std::make_unique<UndoRun>(head.partner, rules, std::move(items));
}

absl::StatusOr<ItemResult> UndoUnclaim(store::Transaction& transaction, PartnerId partner,
                                       DeviceChange change, const RegistryRules& rules) {
  std::vector<UndoItem> items(1);
  items[0].change = std::move(change);
  UndoChunk chunk(partner, rules, items);
  ZT_RETURN_IF_ERROR(chunk.Load(transaction));
  if (chunk.has_looked_up()) {
    ZT_RETURN_IF_ERROR(transaction.CheckLocated(), "looking up the device again");
  }
  const ItemResult result = chunk.Decide()[0];
  ZT_RETURN_IF_ERROR(transaction.Apply(chunk.Changed()), "writing the device");
  return result;
}

}  // namespace zerotouch::batch
