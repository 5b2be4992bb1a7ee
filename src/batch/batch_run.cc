// SPDX-License-Identifier: Apache-2.0
#include "batch/batch_run.h"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <limits>
#include <span>

#include "base/check.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "base/yield.h"
#include "batch/claim.h"
#include "batch/claim_order.h"
#include "batch/kinds.h"
#include "batch/metadata_update.h"
#include "batch/stored_request.h"
#include "batch/targets.h"
#include "batch/unclaim.h"
#include "batch/undo_run.h"
#include "model/metadata.h"

namespace zerotouch::batch {
namespace {

using store::IndexedResult;

// Chunks of the stored request that are read in one query, to limit the number of
// round trips. A chunk usually has about 25 KiB.
constexpr int32_t kChunksAtOnce = 20;

// Bytes of an item besides its message: pointer, index, target and place in the order.
constexpr size_t kItemBytes = 400;

using HoldMemory = std::function<bool(uint64_t)>;

const auto& ItemsOf(const api::ClaimDevicesRequest& request) { return request.claims(); }
const auto& ItemsOf(const api::UnclaimDevicesRequest& request) { return request.unclaims(); }

const auto& ItemsOf(const api::UpdateDeviceMetadataInBatchRequest& request) {
  return request.updates();
}

// TargetFor and DecideItems dispatch by the type of the items.
ItemTarget TargetFor(const api::PartnerUnclaim& item, const RegistryRules& rules, absl::Time now) {
  return TargetOf(CheckUnclaim(item, rules, now));
}
ItemTarget TargetFor(const api::UpdateMetadataArguments& item, const RegistryRules& rules,
                     absl::Time) {
  return TargetOf(CheckMetadataUpdate(item, rules));
}
absl::StatusOr<DecidedTargets> DecideItems(store::DeviceReads& reads, PartnerId caller,
                                           std::span<const api::PartnerUnclaim* const> items,
                                           std::span<const ItemTarget> targets,
                                           const RegistryRules&, absl::Time now) {
  return DecideUnclaims(reads, caller, items, targets, now);
}
absl::StatusOr<DecidedTargets> DecideItems(
    store::DeviceReads& reads, PartnerId caller,
    std::span<const api::UpdateMetadataArguments* const> items, std::span<const ItemTarget> targets,
    const RegistryRules& rules, absl::Time) {
  return DecideMetadataUpdates(reads, caller, items, targets, rules);
}

// The input of loading a run.
struct Loading {
  store::Snapshot& snapshot;
  const store::OperationHead& head;
  const RegistryRules& rules;
  absl::Time now;
  const HoldMemory& hold;
  std::vector<bool> skipped;  // by index of the item in the request
};

absl::Status NoMemory() { return absl::AbortedError("there is no memory for another batch"); }

// Items that are not skipped, with their indexes in the request.
template <class Request>
struct Pending {
  using Item = std::remove_cvref_t<decltype(ItemsOf(std::declval<Request>())[0])>;

  google::protobuf::Arena arena;  // owns the items
  std::vector<const Item*> items;
  std::vector<uint32_t> indexes;
  uint64_t bytes = 0;  // memory of all this

  // Sorts both lists in the order of `positions`, a permutation.
  void Reorder(std::span<const uint32_t> positions) {
    ZT_CHECK(positions.size() == items.size(), "an item was lost while sorting a batch");
    std::vector<const Item*> new_items;
    std::vector<uint32_t> new_indexes;
    new_items.reserve(items.size());
    new_indexes.reserve(items.size());
    for (const uint32_t position : positions) {
      new_items.push_back(items[position]);
      new_indexes.push_back(indexes[position]);
    }
    items = std::move(new_items);
    indexes = std::move(new_indexes);
  }

  // Returns the items at positions [begin, end).
  std::span<const Item* const> Range(size_t begin, size_t end) const {
    ZT_CHECK(begin <= end && end <= items.size(), "a chunk is outside of its batch");
    return std::span(items).subspan(begin, end - begin);
  }

  // Adds the indexes to the results of the items at positions [begin, end).
  std::vector<IndexedResult> Indexed(size_t begin, size_t end,
                                     std::span<const ItemResult> results) const {
    ZT_CHECK(results.size() == end - begin, "a chunk has more or fewer results than items");
    std::vector<IndexedResult> indexed;
    indexed.reserve(results.size());
    for (size_t i = 0; i < results.size(); ++i) {
      indexed.push_back({.index = indexes[begin + i], .result = results[i]});
    }
    return indexed;
  }
};

// Returns for each item of the request whether it has a result.
absl::StatusOr<std::vector<bool>> ReadDone(store::Snapshot& snapshot,
                                           const store::OperationHead& head) {
  std::vector<bool> done(static_cast<size_t>(head.items));
  ZT_ASSIGN_OR_RETURN(const std::vector<IndexedResult> results, snapshot.ReadResults(head.id),
                      "reading the results");
  for (const IndexedResult& result : results) {
    if (result.index >= done.size())
      return absl::DataLossError("the index of a result is out of range");
    done[result.index] = true;
  }
  return done;
}

template <class Request>
absl::Status LoadPending(const Loading& loading, Pending<Request>& pending) {
  const store::OperationHead& head = loading.head;
  uint32_t index = 0;
  size_t text_bytes = 0;  // of the arena's messages, besides it
  const int32_t chunks = ChunksOf(head.items);
  for (int32_t first = 0; first < chunks; first += kChunksAtOnce) {
    ZT_ASSIGN_OR_RETURN(
        const std::vector<std::string> read,
        loading.snapshot.ReadRequestChunks(head.id, first, std::min(kChunksAtOnce, chunks - first)),
        "reading the request");
    for (const std::string& chunk : read) {
      text_bytes += chunk.size();
      auto* request = google::protobuf::Arena::CreateMessage<Request>(&pending.arena);
      ZT_RETURN_IF_ERROR(ParseChunk(chunk, head.id, *request));
      for (const auto& item : ItemsOf(*request)) {
        if (index >= loading.skipped.size()) {
          return absl::DataLossError("the operation has too many items");
        }
        if (!loading.skipped[index]) {
          pending.items.push_back(&item);
          pending.indexes.push_back(index);
        }
        ++index;
      }
    }
    const size_t items_bytes = pending.items.size() * kItemBytes;
    pending.bytes = pending.arena.SpaceAllocated() + text_bytes + items_bytes;
    if (!loading.hold(pending.bytes)) return NoMemory();
  }
  if (index == loading.skipped.size()) return absl::OkStatus();
  return absl::DataLossError("the operation has too few items");
}

// A run that can also decide its items without running them. Items that can change what
// others find are a group: neighbours, in request order.
class ItemRun : public BatchRun {
 public:
  // Returns the position of the first item of the group of the item at `at`.
  virtual size_t GroupOf(size_t at) const = 0;
  // Returns the memory of the run, in bytes.
  virtual uint64_t bytes() const = 0;
};

// A batch of items that refer to existing devices, which the batch does not create.
template <class Request>
class TargetRun final : public ItemRun {
 public:
  static absl::StatusOr<std::unique_ptr<ItemRun>> Load(const Loading& loading) {
    auto run = std::make_unique<TargetRun>(loading.head.partner, loading.rules);
    ZT_RETURN_IF_ERROR(LoadPending(loading, run->pending_));
    ZT_RETURN_IF_ERROR(run->Locate(loading.snapshot, loading.now), "looking up the devices");
    return run;
  }
  TargetRun(PartnerId caller, const RegistryRules& rules) : caller_(caller), rules_(rules) {}

  size_t size() const override { return pending_.items.size(); }
  uint32_t IndexOf(size_t at) const override { return pending_.indexes[at]; }
  const google::protobuf::Message* ItemAt(size_t at) const override { return pending_.items[at]; }
  size_t GroupOf(size_t at) const override { return groups_[at]; }
  uint64_t bytes() const override { return pending_.bytes; }

  absl::StatusOr<std::vector<IndexedResult>> Run(store::Transaction& transaction, size_t begin,
                                                 size_t end, absl::Time now) override {
    ZT_ASSIGN_OR_RETURN(const DecidedTargets decided, Decide(transaction, begin, end, now));
    ZT_RETURN_IF_ERROR(decided.devices.Apply(transaction));
    return pending_.Indexed(begin, end, decided.results);
  }

  absl::StatusOr<std::vector<IndexedResult>> Preview(store::Snapshot& snapshot, size_t begin,
                                                     size_t end, absl::Time now) override {
    ZT_ASSIGN_OR_RETURN(const DecidedTargets decided, Decide(snapshot, begin, end, now));
    return pending_.Indexed(begin, end, decided.results);
  }

 private:
  absl::StatusOr<DecidedTargets> Decide(store::DeviceReads& reads, size_t begin, size_t end,
                                        absl::Time now) const {
    return DecideItems(reads, caller_, pending_.Range(begin, end),
                       std::span(targets_).subspan(begin, end - begin), rules_, now);
  }

  // Sorts the items by device id. Devices that are not found come after those, and refused
  // items last, in request order.
  absl::Status Locate(store::Snapshot& snapshot, absl::Time now) {
    std::vector<ItemTarget> targets;
    targets.reserve(pending_.items.size());
    ItemYielder yielder;
    for (const auto* item : pending_.items) {
      targets.push_back(TargetFor(*item, rules_, now));
      yielder.AfterItem();
    }
    const auto identifier_of = [&](size_t i) -> const api::DeviceIdentifier& {
      return pending_.items[i]->device_identifier();
    };
    ZT_RETURN_IF_ERROR(LocateTargets(snapshot, caller_, identifier_of, targets));
    // Metadata updates read every statement anyway.
    if constexpr (std::is_same_v<Request, api::UnclaimDevicesRequest>) {
      ZT_RETURN_IF_ERROR(ClearRepeated(snapshot, caller_, identifier_of, targets));
    }

    static constexpr int64_t kRefused = std::numeric_limits<int64_t>::max();
    static constexpr int64_t kNotFound = kRefused - 1;
    const auto key = [](const ItemTarget& target) {
      if (const auto* device = std::get_if<TargetDevice>(&target)) return device->id.value();
      return std::holds_alternative<Outcome>(target) ? kRefused : kNotFound;
    };
    std::vector<std::pair<int64_t, uint32_t>> order;
    order.reserve(targets.size());
    for (uint32_t i = 0; i < targets.size(); ++i) order.emplace_back(key(targets[i]), i);
    std::sort(order.begin(), order.end());
    std::vector<uint32_t> positions;
    positions.reserve(order.size());
    targets_.reserve(order.size());
    groups_.reserve(order.size());
    for (uint32_t at = 0; at < order.size(); ++at) {
      const auto& [id, i] = order[at];
      const bool is_first = at == 0 || order[at - 1].first != id || id == kRefused;
      groups_.push_back(is_first ? at : groups_.back());
      positions.push_back(i);
      targets_.push_back(std::move(targets[i]));
    }
    pending_.Reorder(positions);
    return absl::OkStatus();
  }

  const PartnerId caller_;
  const RegistryRules& rules_;
  Pending<Request> pending_;
  std::vector<ItemTarget> targets_;
  std::vector<uint32_t> groups_;
};

class ClaimRun final : public ItemRun {
 public:
  static absl::StatusOr<std::unique_ptr<ItemRun>> Load(const Loading& loading) {
    auto run = std::make_unique<ClaimRun>(loading.head.partner, loading.rules);
    ZT_RETURN_IF_ERROR(LoadPending(loading, run->pending_));
    ZT_RETURN_IF_ERROR(run->Order(loading.snapshot), "looking up the devices");
    return run;
  }
  ClaimRun(PartnerId caller, const RegistryRules& rules) : caller_(caller), rules_(rules) {}

  size_t size() const override { return pending_.items.size(); }
  uint32_t IndexOf(size_t at) const override { return pending_.indexes[at]; }
  const google::protobuf::Message* ItemAt(size_t at) const override { return pending_.items[at]; }
  size_t GroupOf(size_t at) const override { return groups_[at]; }
  uint64_t bytes() const override { return pending_.bytes; }

  absl::StatusOr<std::vector<IndexedResult>> Run(store::Transaction& transaction, size_t begin,
                                                 size_t end, absl::Time) override {
    ZT_ASSIGN_OR_RETURN(const std::vector<ItemResult> results,
                        RunClaims(transaction, caller_, pending_.Range(begin, end), rules_));
    return pending_.Indexed(begin, end, results);
  }

  absl::StatusOr<std::vector<IndexedResult>> Preview(store::Snapshot& snapshot, size_t begin,
                                                     size_t end, absl::Time) override {
    ZT_ASSIGN_OR_RETURN(const std::vector<ItemResult> results,
                        PreviewClaims(snapshot, caller_, pending_.Range(begin, end), rules_));
    return pending_.Indexed(begin, end, results);
  }

 private:
  // Sorts the items as OrderClaims says.
  absl::Status Order(store::Snapshot& snapshot) {
    std::vector<Identity> identities(pending_.items.size());
    std::vector<const Identity*> sought(pending_.items.size());
    for (size_t i = 0; i < pending_.items.size(); ++i) {
      std::variant<CheckedClaim, Outcome> one = CheckClaim(*pending_.items[i], rules_);
      if (auto* claim = std::get_if<CheckedClaim>(&one)) {
        identities[i] = std::move(claim->identity);
        sought[i] = &identities[i];
      }
    }
    ZT_ASSIGN_OR_RETURN(const std::vector<KeyMatches> found, Find(snapshot, sought));
    ClaimOrder order = OrderClaims(sought, found);
    pending_.Reorder(order.positions);
    groups_ = std::move(order.groups);
    return absl::OkStatus();
  }

  // Returns the key_matches of sought[i] at [i]; none for null.
  static absl::StatusOr<std::vector<KeyMatches>> Find(store::Snapshot& snapshot,
                                                      std::span<const Identity* const> sought) {
    static const Identity nothing;
    std::vector<const Identity*> all;
    all.reserve(sought.size());
    for (const Identity* identity : sought)
      all.push_back(identity == nullptr ? &nothing : identity);
    return snapshot.Locate(all);
  }

  const PartnerId caller_;
  const RegistryRules& rules_;
  Pending<api::ClaimDevicesRequest> pending_;
  std::vector<uint32_t> groups_;
};

// The items of a preview that have no result yet. Each is decided after the earlier items
// of its group are decided again, so that it sees what they would have changed, although
// nothing of that is stored and a restart may lie between them.
class PreviewRun final : public BatchRun {
 public:
  // `whole` has all items of the operation; `done` says which have a result, by index.
  PreviewRun(std::unique_ptr<ItemRun> whole, const std::vector<bool>& done)
      : whole_(std::move(whole)) {
    for (uint32_t at = 0; at < whole_->size(); ++at) {
      if (!done[whole_->IndexOf(at)]) waiting_.push_back(at);
    }
  }

  // Returns the memory of the run while its largest group is decided, in bytes.
  uint64_t bytes() const {
    size_t largest = 0;
    for (size_t at = 0; at < whole_->size(); ++at) {
      largest = std::max(largest, at + 1 - whole_->GroupOf(at));
    }
    return whole_->bytes() + largest * kDecidedBytes;
  }

  size_t size() const override { return waiting_.size(); }
  uint32_t IndexOf(size_t at) const override { return whole_->IndexOf(waiting_[at]); }
  bool ChangesDevices() const override { return false; }

  // A group that is decided in one chunk is decided once.
  size_t GoodEnd(size_t end) const override {
    while (end > 0 && end < waiting_.size() &&
           whole_->GroupOf(waiting_[end]) <= waiting_[end - 1]) {
      ++end;
    }
    return end;
  }

  absl::StatusOr<std::vector<IndexedResult>> Run(store::Transaction& transaction, size_t begin,
                                                 size_t end, absl::Time now) override {
    return Preview(transaction, begin, end, now);
  }

  absl::StatusOr<std::vector<IndexedResult>> Preview(store::Snapshot& snapshot, size_t begin,
                                                     size_t end, absl::Time now) override {
    ZT_CHECK(begin < end && end <= waiting_.size(), "a chunk is outside of its preview");
    const size_t first = whole_->GroupOf(waiting_[begin]);
    ZT_ASSIGN_OR_RETURN(const std::vector<IndexedResult> decided,
                        whole_->Preview(snapshot, first, waiting_[end - 1] + size_t{1}, now));
    std::vector<IndexedResult> results;
    results.reserve(end - begin);
    for (size_t i = begin; i < end; ++i) results.push_back(decided[waiting_[i] - first]);
    return results;
  }

 private:
  // Bytes of an item while it is decided: its device, what was stated, and its identifiers.
  static constexpr uint64_t kDecidedBytes = 2'048;

  const std::unique_ptr<ItemRun> whole_;
  std::vector<uint32_t> waiting_;  // positions in `whole_`
};

absl::StatusOr<std::unique_ptr<ItemRun>> LoadItems(ItemType items, const Loading& loading) {
  switch (items) {
    case ItemType::kClaims:
      return ClaimRun::Load(loading);
    case ItemType::kUnclaims:
      return TargetRun<api::UnclaimDevicesRequest>::Load(loading);
    case ItemType::kUpdates:
      return TargetRun<api::UpdateDeviceMetadataInBatchRequest>::Load(loading);
  }
  return absl::DataLossError("the operation has an unknown kind");
}

}  // namespace

absl::StatusOr<std::unique_ptr<BatchRun>> LoadBatchRun(store::Store& store,
                                                       const store::OperationHead& head,
                                                       const RegistryRules& rules, absl::Time now,
                                                       const HoldMemory& hold) {
  const KindTraits* const kind = TraitsOf(head.kind);
  if (kind == nullptr) return absl::DataLossError("the operation has an unknown kind");
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
  ZT_ASSIGN_OR_RETURN(const std::vector<bool> done, ReadDone(*snapshot, head));
  if (kind->deed == Deed::kUndo) return LoadUndoRun(*snapshot, head, done, rules, hold);
  const bool is_preview = kind->deed == Deed::kPreview;
  const Loading loading{.snapshot = *snapshot,
                        .head = head,
                        .rules = rules,
                        .now = now,
                        .hold = hold,
                        .skipped = is_preview ? std::vector<bool>(done.size()) : done};
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<ItemRun> run, LoadItems(kind->items, loading));
  if (!is_preview) return run;
  auto preview = std::make_unique<PreviewRun>(std::move(run), done);
  if (!hold(preview->bytes())) return NoMemory();
  return preview;
}

}  // namespace zerotouch::batch
