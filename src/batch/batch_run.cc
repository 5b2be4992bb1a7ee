// SPDX-License-Identifier: Apache-2.0
#include "batch/batch_run.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>

#include "base/check.h"
#include "base/in_two.h"
#include "base/limits.h"
#include "base/sorted.h"
#include "base/status_macros.h"
#include "batch/claim.h"
#include "batch/claim_order.h"
#include "batch/kinds.h"
#include "batch/metadata_update.h"
#include "batch/pending_items.h"
#include "batch/stored_request.h"
#include "batch/targets.h"
#include "batch/unclaim.h"
#include "batch/undo_run.h"
#include "model/metadata.h"

namespace zerotouch::batch {
namespace {

using store::IndexedResult;

using HoldMemory = std::function<bool(uint64_t)>;

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
  store::Snapshot* second;  // for a second thread; null if reads wait anyway
  const store::OperationHead& head;
  const RegistryRules& rules;
  absl::Time now;
  const HoldMemory& hold;
  std::vector<bool> skipped;  // by index of the item in the request
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

absl::Status LoadPending(const Loading& loading, PendingItems& pending) {
  return pending.Load(loading.snapshot, loading.head, loading.skipped, loading.hold);
}

// Calls `parse(begin, end)` and then `look_up(snapshot, begin, end)` for the halves of [0, count)
// at the same time, if there are snapshots for two threads.
template <class Parse, class LookUp>
absl::Status LookUpInTwo(const Loading& loading, size_t count, const Parse& parse,
                         const LookUp& look_up) {
  if (loading.second == nullptr) {
    ZT_RETURN_IF_ERROR(InTwo(count, parse));
    return look_up(loading.snapshot, 0, count);
  }
  return InTwo(count, [&](size_t begin, size_t end) -> absl::Status {
    ZT_RETURN_IF_ERROR(parse(begin, end));
    return look_up(begin == 0 ? loading.snapshot : *loading.second, begin, end);
  });
}

// Returns the item at position `at`; null if it is damaged.
template <class Item>
std::unique_ptr<google::protobuf::Message> ItemOf(const PendingItems& pending, size_t at) {
  auto item = std::make_unique<Item>();
  if (!pending.ParseOne(at, *item).ok()) return nullptr;
  return item;
}

// A run that can also decide its items without running them. Items that can change what
// others find are a group: neighbours, in request order.
class ItemRun : public BatchRun {
 public:
  // Returns the position of the first item of the group of the item at `at`.
  virtual size_t GroupOf(size_t at) const = 0;
  // Returns the memory of the run, in bytes.
  virtual uint64_t bytes() const = 0;

  PreparedChunk Prepare(size_t begin, size_t end) override = 0;
  absl::StatusOr<std::vector<IndexedResult>> Run(store::Transaction& transaction, size_t begin,
                                                 size_t end, absl::Time now) override {
    return Prepare(begin, end)(transaction, now);
  }
};

// A batch of items that refer to existing devices, which the batch does not create.
template <class Item>
class TargetRun final : public ItemRun {
 public:
  static absl::StatusOr<std::unique_ptr<ItemRun>> Load(const Loading& loading) {
    auto run = std::make_unique<TargetRun>(loading.head.partner, loading.rules);
    ZT_RETURN_IF_ERROR(LoadPending(loading, run->pending_));
    ZT_RETURN_IF_ERROR(run->Locate(loading), "looking up the devices");
    return run;
  }
  TargetRun(PartnerId caller, const RegistryRules& rules) : caller_(caller), rules_(rules) {}

  size_t size() const override { return pending_.size(); }
  uint32_t IndexOf(size_t at) const override { return pending_.IndexOf(at); }
  std::unique_ptr<google::protobuf::Message> ItemAt(size_t at) const override {
    return ItemOf<Item>(pending_, at);
  }
  size_t GroupOf(size_t at) const override { return groups_[at]; }
  uint64_t bytes() const override { return pending_.bytes(); }

  PreparedChunk Prepare(size_t begin, size_t end) override {
    const auto parsed =
        std::make_shared<const absl::StatusOr<ParsedItems<Item>>>(pending_.Parse<Item>(begin, end));
    return [this, begin, parsed](store::Transaction& transaction,
                                 absl::Time now) -> absl::StatusOr<std::vector<IndexedResult>> {
      ZT_RETURN_IF_ERROR(parsed->status());
      ZT_ASSIGN_OR_RETURN(const DecidedTargets decided,
                          Decide(transaction, begin, (*parsed)->items, now));
      ZT_RETURN_IF_ERROR(decided.devices.Apply(transaction));
      return pending_.Indexed(begin, begin + decided.results.size(), decided.results);
    };
  }

  absl::StatusOr<std::vector<IndexedResult>> Preview(store::Snapshot& snapshot, size_t begin,
                                                     size_t end, absl::Time now) override {
    ZT_ASSIGN_OR_RETURN(const ParsedItems<Item> parsed, pending_.Parse<Item>(begin, end));
    ZT_ASSIGN_OR_RETURN(const DecidedTargets decided, Decide(snapshot, begin, parsed.items, now));
    return pending_.Indexed(begin, end, decided.results);
  }

 private:
  // Holds what is known of an item's device.
  struct Place {
    TargetDevice device;             // id 0: it was not found
    std::optional<Outcome> refused;  // then it has no device
  };
  static Place PlaceOf(const ItemTarget& target) {
    Place place;
    if (const auto* device = std::get_if<TargetDevice>(&target)) place.device = *device;
    if (const auto* refused = std::get_if<Outcome>(&target)) place.refused = *refused;
    return place;
  }

  // Decides the items at positions from `begin` on.
  absl::StatusOr<DecidedTargets> Decide(store::DeviceReads& reads, size_t begin,
                                        std::span<const Item* const> items, absl::Time now) const {
    std::vector<ItemTarget> targets;
    targets.reserve(items.size());
    for (size_t i = 0; i < items.size(); ++i) {
      const Place& place = places_[begin + i];
      if (place.refused.has_value()) {
        targets.emplace_back(*place.refused);
      } else if (place.device.id) {
        targets.emplace_back(place.device);
      } else {
        targets.push_back(TargetFor(*items[i], rules_, now));
      }
    }
    return DecideItems(reads, caller_, items, targets, rules_, now);
  }

  // Returns true if the identifiers of the item at position `at` repeat what was stated.
  bool Repeats(size_t at, std::string_view stated) const {
    const std::string_view given =
        MessageIn(pending_.BytesOf(at), Item::kDeviceIdentifierFieldNumber);
    if (!given.empty() && IsAsStated(given, stated)) return true;
    Item item;
    api::DeviceIdentifier identifier;
    // A damaged one is reported when the item runs.
    return pending_.ParseOne(at, item).ok() &&
           identifier.ParseFromArray(stated.data(), static_cast<int>(stated.size())) &&
           IsAsStated(item.device_identifier(), identifier);
  }

  // Looks up the devices. Returns them by position, before the items are sorted.
  absl::StatusOr<std::vector<Place>> FindPlaces(const Loading& loading) {
    std::vector<ItemTarget> targets(pending_.size());
    std::vector<GivenFields> fields(pending_.size());
    const auto parse = [&](size_t begin, size_t end) {
      return pending_.ParseEach<Item>(begin, end, [&](size_t i, const Item& item) {
        targets[i] = TargetFor(item, rules_, loading.now);
        fields[i] = GivenFieldsOf(item.device_identifier());
      });
    };
    const auto look_up = [&](store::Snapshot& snapshot, size_t begin, size_t end) -> absl::Status {
      const std::span<ItemTarget> part = std::span(targets).subspan(begin, end - begin);
      ZT_RETURN_IF_ERROR(LocateTargets(
          snapshot, caller_, [&](size_t i) { return fields[begin + i]; }, part));
      // Metadata updates read every statement anyway.
      if constexpr (!std::is_same_v<Item, api::PartnerUnclaim>) return absl::OkStatus();
      return ClearRepeated(
          snapshot, caller_,
          [&](size_t i, std::string_view stated) { return Repeats(begin + i, stated); }, part);
    };
    ZT_RETURN_IF_ERROR(LookUpInTwo(loading, targets.size(), parse, look_up));
    std::vector<Place> places;
    places.reserve(targets.size());
    for (const ItemTarget& target : targets) places.push_back(PlaceOf(target));
    return places;
  }

  // Sorts the items by device id. Devices that are not found come after those, and refused
  // items last, in request order.
  absl::Status Locate(const Loading& loading) {
    ZT_ASSIGN_OR_RETURN(const std::vector<Place> places, FindPlaces(loading));
    static constexpr int64_t kRefused = std::numeric_limits<int64_t>::max();
    static constexpr int64_t kNotFound = kRefused - 1;
    const auto key = [](const Place& place) {
      if (place.refused.has_value()) return kRefused;
      return place.device.id ? place.device.id.value() : kNotFound;
    };
    std::vector<std::pair<int64_t, uint32_t>> order;
    order.reserve(places.size());
    for (uint32_t i = 0; i < places.size(); ++i) order.emplace_back(key(places[i]), i);
    std::sort(order.begin(), order.end());
    std::vector<uint32_t> positions;
    positions.reserve(order.size());
    places_.reserve(order.size());
    groups_.reserve(order.size());
    for (uint32_t at = 0; at < order.size(); ++at) {
      const auto& [id, i] = order[at];
      const bool is_first = at == 0 || order[at - 1].first != id || id == kRefused;
      groups_.push_back(is_first ? at : groups_.back());
      positions.push_back(i);
      places_.push_back(places[i]);
    }
    pending_.Reorder(positions);
    return absl::OkStatus();
  }

  const PartnerId caller_;
  const RegistryRules& rules_;
  PendingItems pending_;
  std::vector<Place> places_;
  std::vector<uint32_t> groups_;
};

class ClaimRun final : public ItemRun {
 public:
  static absl::StatusOr<std::unique_ptr<ItemRun>> Load(const Loading& loading) {
    auto run = std::make_unique<ClaimRun>(loading.head.partner, loading.rules);
    ZT_RETURN_IF_ERROR(LoadPending(loading, run->pending_));
    ZT_RETURN_IF_ERROR(run->Order(loading), "looking up the devices");
    return run;
  }
  ClaimRun(PartnerId caller, const RegistryRules& rules) : caller_(caller), rules_(rules) {}

  size_t size() const override { return pending_.size(); }
  uint32_t IndexOf(size_t at) const override { return pending_.IndexOf(at); }
  std::unique_ptr<google::protobuf::Message> ItemAt(size_t at) const override {
    return ItemOf<api::PartnerClaim>(pending_, at);
  }
  size_t GroupOf(size_t at) const override { return groups_[at]; }
  uint64_t bytes() const override { return pending_.bytes(); }

  PreparedChunk Prepare(size_t begin, size_t end) override {
    const auto chunk = std::make_shared<absl::StatusOr<Chunk>>(ChunkOf(begin, end));
    const auto known = are_known_.begin() + static_cast<ptrdiff_t>(begin);
    if (chunk->ok() &&
        std::none_of(known, known + static_cast<ptrdiff_t>(end - begin), std::identity())) {
      (*chunk)->claims->DecideAsNew(customers_);
    }
    return [this, begin, end, chunk](store::Transaction& transaction,
                                     absl::Time) -> absl::StatusOr<std::vector<IndexedResult>> {
      ZT_RETURN_IF_ERROR(chunk->status());
      ZT_ASSIGN_OR_RETURN(const std::vector<ItemResult> results,
                          (*chunk)->claims->Run(transaction));
      return pending_.Indexed(begin, end, results);
    };
  }

  absl::StatusOr<std::vector<IndexedResult>> Preview(store::Snapshot& snapshot, size_t begin,
                                                     size_t end, absl::Time) override {
    ZT_ASSIGN_OR_RETURN(const Chunk chunk, ChunkOf(begin, end));
    ZT_ASSIGN_OR_RETURN(const std::vector<ItemResult> results, chunk.claims->Preview(snapshot));
    return pending_.Indexed(begin, end, results);
  }

 private:
  struct Chunk {
    ParsedItems<api::PartnerClaim> parsed;
    std::unique_ptr<ClaimChunk> claims;
  };
  absl::StatusOr<Chunk> ChunkOf(size_t begin, size_t end) const {
    ZT_ASSIGN_OR_RETURN(auto parsed, pending_.Parse<api::PartnerClaim>(begin, end));
    auto claims = std::make_unique<ClaimChunk>(caller_, parsed.items, rules_);
    return Chunk{.parsed = std::move(parsed), .claims = std::move(claims)};
  }

  // Sorts the items as OrderClaims says.
  absl::Status Order(const Loading& loading) {
    std::vector<Identity> identities(pending_.size());  // empty: of a claim that is refused
    std::vector<const Identity*> sought(pending_.size());
    std::vector<KeyMatches> found(pending_.size());
    std::vector<CustomerId> customers(pending_.size());
    const auto parse = [&](size_t begin, size_t end) {
      return pending_.ParseEach<api::PartnerClaim>(
          begin, end, [&](size_t i, const api::PartnerClaim& item) {
            std::variant<Identity, Outcome> one =
                ParseIdentity(item.device_identifier(), rules_.identity);
            if (auto* identity = std::get_if<Identity>(&one)) identities[i] = std::move(*identity);
            sought[i] = &identities[i];
            customers[i] = CustomerId(item.customer_id());
          });
    };
    const auto look_up = [&](store::Snapshot& snapshot, size_t begin, size_t end) -> absl::Status {
      ZT_ASSIGN_OR_RETURN(std::vector<KeyMatches> part,
                          snapshot.Locate(std::span(sought).subspan(begin, end - begin)));
      std::move(part.begin(), part.end(), found.begin() + static_cast<ptrdiff_t>(begin));
      return absl::OkStatus();
    };
    ZT_RETURN_IF_ERROR(LookUpInTwo(loading, sought.size(), parse, look_up));
    ClaimOrder order = OrderClaims(sought, found);
    pending_.Reorder(order.positions);
    groups_ = std::move(order.groups);
    are_known_.reserve(found.size());
    for (const uint32_t i : order.positions) are_known_.push_back(!found[i].empty());
    SortUnique(customers);
    ZT_ASSIGN_OR_RETURN(customers_, loading.snapshot.ReadCustomerFacts(caller_, customers),
                        "reading the customers");
    return absl::OkStatus();
  }

  const PartnerId caller_;
  const RegistryRules& rules_;
  PendingItems pending_;
  std::vector<uint32_t> groups_;
  // Hold what the registry had when the run was loaded.
  std::vector<bool> are_known_;  // by position: somebody stated a key of the item
  CustomersOfReseller customers_;
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
      return TargetRun<api::PartnerUnclaim>::Load(loading);
    case ItemType::kUpdates:
      return TargetRun<api::UpdateMetadataArguments>::Load(loading);
  }
  return absl::DataLossError("the operation has an unknown kind");
}

}  // namespace

std::unique_ptr<google::protobuf::Message> BatchRun::ItemAt(size_t) const { return nullptr; }

absl::StatusOr<std::unique_ptr<BatchRun>> LoadBatchRun(store::Store& store,
                                                       const store::OperationHead& head,
                                                       const RegistryRules& rules, absl::Time now,
                                                       const HoldMemory& hold) {
  const KindTraits* const kind = TraitsOf(head.kind);
  if (kind == nullptr) return absl::DataLossError("the operation has an unknown kind");
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
  // Other stores share few sessions.
  std::unique_ptr<store::Snapshot> second;
  if (!store.ReadsWait() && static_cast<size_t>(head.items) >= kLeastInTwo) {
    ZT_ASSIGN_OR_RETURN(second, store.Read());
  }
  ZT_ASSIGN_OR_RETURN(const std::vector<bool> done, ReadDone(*snapshot, head));
  if (kind->deed == Deed::kUndo) return LoadUndoRun(*snapshot, head, done, rules, hold);
  const bool is_preview = kind->deed == Deed::kPreview;
  const Loading loading{.snapshot = *snapshot,
                        .second = second.get(),
                        .head = head,
                        .rules = rules,
                        .now = now,
                        .hold = hold,
                        .skipped = is_preview ? std::vector<bool>(done.size()) : done};
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<ItemRun> run, LoadItems(kind->items, loading));
  if (!is_preview) return run;
  auto preview = std::make_unique<PreviewRun>(std::move(run), done);
  if (!hold(preview->bytes())) return NoBatchMemory();
  return preview;
}

}  // namespace zerotouch::batch
