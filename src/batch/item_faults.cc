// SPDX-License-Identifier: Apache-2.0
#include "batch/item_faults.h"

#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/status_macros.h"

namespace zerotouch::batch {
namespace {

class FaultyRun final : public BatchRun {
 public:
  FaultyRun(std::unique_ptr<BatchRun> run, const store::OperationHead& head,
            const ItemFaults& faults)
      : run_(std::move(run)), head_(head), faults_(faults) {}

  size_t size() const override { return run_->size(); }
  uint32_t IndexOf(size_t at) const override { return run_->IndexOf(at); }
  std::unique_ptr<google::protobuf::Message> ItemAt(size_t at) const override {
    return run_->ItemAt(at);
  }
  bool ChangesDevices() const override { return run_->ChangesDevices(); }
  size_t GoodEnd(size_t end) const override { return run_->GoodEnd(end); }

  absl::StatusOr<std::vector<store::IndexedResult>> Run(store::Transaction& transaction,
                                                        size_t begin, size_t end,
                                                        absl::Time now) override {
    std::vector<store::IndexedResult> results;
    size_t at = begin;
    while (at < end) {
      size_t healthy = at;
      while (healthy < end && !FaultOf(healthy).has_value()) ++healthy;
      if (healthy > at) {
        ZT_ASSIGN_OR_RETURN(std::vector<store::IndexedResult> part,
                            run_->Run(transaction, at, healthy, now));
        results.insert(results.end(), part.begin(), part.end());
      }
      if (healthy < end)
        results.push_back({.index = IndexOf(healthy), .result = *FaultOf(healthy)});
      at = healthy + 1;
    }
    return results;
  }

  absl::StatusOr<std::vector<store::IndexedResult>> Preview(store::Snapshot& snapshot, size_t begin,
                                                            size_t end, absl::Time now) override {
    return run_->Preview(snapshot, begin, end, now);
  }

 private:
  // A chunk may run again, and rules count.
  const std::optional<ItemResult>& FaultOf(size_t at) {
    const auto [found, added] = asked_.try_emplace(at);
    const std::unique_ptr<google::protobuf::Message> item = added ? run_->ItemAt(at) : nullptr;
    if (item != nullptr) found->second = faults_(head_, *item);
    return found->second;
  }

  const std::unique_ptr<BatchRun> run_;
  const store::OperationHead head_;
  const ItemFaults& faults_;
  std::unordered_map<size_t, std::optional<ItemResult>> asked_;
};

}  // namespace

std::unique_ptr<BatchRun> WithFaults(std::unique_ptr<BatchRun> run,
                                     const store::OperationHead& head, const ItemFaults& faults) {
  return std::make_unique<FaultyRun>(std::move(run), head, faults);
}

}  // namespace zerotouch::batch
