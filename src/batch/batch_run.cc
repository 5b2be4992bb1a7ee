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
#include "batch/metadata_update.h"
#include "batch/stored_request.h"
#include "batch/targets.h"
#include "batch/unclaim.h"
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

// TargetFor and RunItems dispatch by the type of the items.
ItemTarget TargetFor(const api::PartnerUnclaim& item, const RegistryRules& rules, absl::Time now) {
  return TargetOf(CheckUnclaim(item, rules, now));
}
ItemTarget TargetFor(const api::UpdateMetadataArguments& item, const RegistryRules& rules,
                     absl::Time) {
  return TargetOf(CheckMetadataUpdate(item, rules));
}
absl::StatusOr<std::vector<ItemResult>> RunItems(store::Transaction& transaction, PartnerId caller,
                                                 std::span<const api::PartnerUnclaim* const> items,
                                                 std::span<const ItemTarget> targets,
                                                 const RegistryRules&, absl::Time now) {
  return RunUnclaims(transaction, caller, items, targets, now);
}
absl::StatusOr<std::vector<ItemResult>> RunItems(
    store::Transaction& transaction, PartnerId caller,
    std::span<const api::UpdateMetadataArguments* const> items, std::span<const ItemTarget> targets,
    const RegistryRules& rules, absl::Time) {
  return RunMetadataUpdates(transaction, caller, items, targets, rules);
}

// Items without a result, with their indexes in the request.
template <class Request>
struct Pending {
  using Item = std::remove_cvref_t<decltype(ItemsOf(std::declval<Request>())[0])>;

  google::protobuf::Arena arena;  // owns the items
  std::vector<const Item*> items;
  std::vector<uint32_t> indexes;

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
absl::Status LoadPending(store::Snapshot& snapshot, const store::OperationHead& head,
                         const HoldMemory& hold, Pending<Request>& pending) {
  ZT_ASSIGN_OR_RETURN(const std::vector<bool> done, ReadDone(snapshot, head));
  uint32_t index = 0;
  size_t text_bytes = 0;  // of the arena's messages, besides it
  const int32_t chunks = ChunksOf(head.items);
  for (int32_t first = 0; first < chunks; first += kChunksAtOnce) {
    ZT_ASSIGN_OR_RETURN(
        const std::vector<std::string> read,
        snapshot.ReadRequestChunks(head.id, first, std::min(kChunksAtOnce, chunks - first)),
        "reading the request");
    for (const std::string& chunk : read) {
      text_bytes += chunk.size();
      auto* request = google::protobuf::Arena::CreateMessage<Request>(&pending.arena);
      ZT_RETURN_IF_ERROR(ParseChunk(chunk, head.id, *request));
      for (const auto& item : ItemsOf(*request)) {
        if (index >= done.size()) return absl::DataLossError("the operation has too many items");
        if (!done[index]) {
          pending.items.push_back(&item);
          pending.indexes.push_back(index);
        }
        ++index;
      }
    }
    const size_t items_bytes = pending.items.size() * kItemBytes;
    if (!hold(pending.arena.SpaceAllocated() + text_bytes + items_bytes)) {
      return absl::AbortedError("there is no memory for another batch");
    }
  }
  if (index == done.size()) return absl::OkStatus();
  return absl::DataLossError("the operation has too few items");
}

// A batch of items that refer to existing devices, which the batch does not create.
template <class Request>
class TargetRun final : public BatchRun {
 public:
  static absl::StatusOr<std::unique_ptr<BatchRun>> Load(store::Snapshot& snapshot,
                                                        const store::OperationHead& head,
                                                        const RegistryRules& rules, absl::Time now,
                                                        const HoldMemory& hold) {
    auto run = std::make_unique<TargetRun>(head.partner, rules);
    ZT_RETURN_IF_ERROR(LoadPending(snapshot, head, hold, run->pending_));
    ZT_RETURN_IF_ERROR(run->Locate(snapshot, now), "looking up the devices");
    return run;
  }
  TargetRun(PartnerId caller, const RegistryRules& rules) : caller_(caller), rules_(rules) {}

  size_t size() const override { return pending_.items.size(); }
  uint32_t IndexOf(size_t at) const override { return pending_.indexes[at]; }

  absl::StatusOr<std::vector<IndexedResult>> Run(store::Transaction& transaction, size_t begin,
                                                 size_t end, absl::Time now) override {
    ZT_ASSIGN_OR_RETURN(const std::vector<ItemResult> results,
                        RunItems(transaction, caller_, pending_.Range(begin, end),
                                 std::span(targets_).subspan(begin, end - begin), rules_, now));
    return pending_.Indexed(begin, end, results);
  }

 private:
  // Sorts the items by device id. Refused items and unknown devices come last, in
  // request order.
  absl::Status Locate(store::Snapshot& snapshot, absl::Time now) {
    std::vector<ItemTarget> targets;
    targets.reserve(pending_.items.size());
    ItemYielder yielder;
    for (const auto* item : pending_.items) {
      targets.push_back(TargetFor(*item, rules_, now));
      yielder.AfterItem();
    }
    ZT_RETURN_IF_ERROR(LocateTargets(
        snapshot, caller_,
        [&](size_t i) -> const api::DeviceIdentifier& {
          return pending_.items[i]->device_identifier();
        },
        targets));

    const auto key = [](const ItemTarget& target) {
      const auto* device = std::get_if<TargetDevice>(&target);
      return device == nullptr ? std::numeric_limits<int64_t>::max() : device->id.value();
    };
    std::vector<std::pair<int64_t, uint32_t>> order;
    order.reserve(targets.size());
    for (uint32_t i = 0; i < targets.size(); ++i) order.emplace_back(key(targets[i]), i);
    std::sort(order.begin(), order.end());
    std::vector<uint32_t> positions;
    positions.reserve(order.size());
    targets_.reserve(order.size());
    for (const auto& [id, i] : order) {
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
};

class ClaimRun final : public BatchRun {
 public:
  static absl::StatusOr<std::unique_ptr<BatchRun>> Load(store::Snapshot& snapshot,
                                                        const store::OperationHead& head,
                                                        const RegistryRules& rules,
                                                        const HoldMemory& hold) {
    auto run = std::make_unique<ClaimRun>(head.partner, rules);
    ZT_RETURN_IF_ERROR(LoadPending(snapshot, head, hold, run->pending_));
    ZT_RETURN_IF_ERROR(run->Order(snapshot), "looking up the devices");
    return run;
  }
  ClaimRun(PartnerId caller, const RegistryRules& rules) : caller_(caller), rules_(rules) {}

  size_t size() const override { return pending_.items.size(); }
  uint32_t IndexOf(size_t at) const override { return pending_.indexes[at]; }

  absl::StatusOr<std::vector<IndexedResult>> Run(store::Transaction& transaction, size_t begin,
                                                 size_t end, absl::Time) override {
    ZT_ASSIGN_OR_RETURN(const std::vector<ItemResult> results,
                        RunClaims(transaction, caller_, pending_.Range(begin, end), rules_));
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
    ZT_ASSIGN_OR_RETURN(const std::vector<Sightings> found, Find(snapshot, sought));
    pending_.Reorder(OrderClaims(sought, found));
    return absl::OkStatus();
  }

  // Returns the sightings of sought[i] at [i]; none for null.
  static absl::StatusOr<std::vector<Sightings>> Find(store::Snapshot& snapshot,
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
};

}  // namespace

absl::StatusOr<std::unique_ptr<BatchRun>> LoadBatchRun(store::Store& store,
                                                       const store::OperationHead& head,
                                                       const RegistryRules& rules, absl::Time now,
                                                       const HoldMemory& hold) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
  switch (head.kind) {
    case store::BatchKind::kClaim:
      return ClaimRun::Load(*snapshot, head, rules, hold);
    case store::BatchKind::kUnclaim:
      return TargetRun<api::UnclaimDevicesRequest>::Load(*snapshot, head, rules, now, hold);
    case store::BatchKind::kUpdateMetadata:
      return TargetRun<api::UpdateDeviceMetadataInBatchRequest>::Load(*snapshot, head, rules, now,
                                                                      hold);
  }
  return absl::DataLossError("the operation has an unknown kind");
}

}  // namespace zerotouch::batch
