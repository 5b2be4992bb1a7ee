// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_BATCH_H_
#define ZEROTOUCH_BATCH_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/rules.h"
#include "store/store.h"

namespace zerotouch::batch {

// The items of one operation that have no result yet, in the order in which
// they are run: that of their device ids, so that the store writes each page
// once. Items that may touch the same device keep their request order, so the
// batch means its items one after the other. Not thread-safe.
class Batch {
 public:
  virtual ~Batch() = default;

  // How many items are to be run.
  virtual size_t size() const = 0;

  // The place in the request of the item at `at` of the running order.
  virtual uint32_t IndexOf(size_t at) const = 0;

  // Runs those at [begin, end) of the running order.
  virtual absl::StatusOr<std::vector<store::IndexedResult>> Run(store::Transaction& transaction,
                                                                size_t begin, size_t end,
                                                                absl::Time now) = 0;
};

// Reads the operation's request and results, and looks up what its items name,
// without a transaction: which record hardware names does not change under a
// batch. What it does not find is looked up again when it is run.
// `rules` must outlive the batch.
absl::StatusOr<std::unique_ptr<Batch>> LoadBatch(store::Store& store,
                                                 const store::OperationHead& head,
                                                 const RegistryRules& rules, absl::Time now);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_BATCH_H_
