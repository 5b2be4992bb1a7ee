// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_BATCH_RUN_H_
#define ZEROTOUCH_BATCH_BATCH_RUN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "model/rules.h"
#include "store/store.h"

namespace google::protobuf {
class Message;
}

namespace zerotouch::batch {

// Runs a chunk of items in a transaction and returns their results, one for each item. Does not
// record them. Can be called again in another transaction, if this one fails.
using PreparedChunk = std::function<absl::StatusOr<std::vector<store::IndexedResult>>(
    store::Transaction& transaction, absl::Time now)>;

// The items of one operation that have no result yet, in the order in which they
// run. They run in the order of their device ids, so that the store writes each
// page once. Items that may change the same device keep their request order, so
// that the batch has the effect of its items one after the other. Not thread-safe.
class BatchRun {
 public:
  virtual ~BatchRun() = default;

  // Returns the number of items.
  virtual size_t size() const = 0;

  // Returns the index in the request of the item at position `at`.
  virtual uint32_t IndexOf(size_t at) const = 0;

  // Returns the item at position `at`; null if the run has no items of a request.
  virtual std::unique_ptr<google::protobuf::Message> ItemAt(size_t at) const;

  // Returns false if the items are only decided: call Preview then, not Run, so that
  // deciding holds up nobody who writes.
  virtual bool ChangesDevices() const { return true; }

  // Returns a good end for a chunk that would end at `end`. The chunk may end anywhere.
  virtual size_t GoodEnd(size_t end) const { return end; }

  // Does ahead what the items at positions [begin, end) need outside of a transaction. The result
  // does the rest, and must not outlive the run. Another chunk may run meanwhile.
  virtual PreparedChunk Prepare(size_t begin, size_t end) {
    return [this, begin, end](store::Transaction& transaction, absl::Time now) {
      return Run(transaction, begin, end, now);
    };
  }

  // Runs the items at positions [begin, end) and returns their results, one for
  // each item. Does not record them.
  virtual absl::StatusOr<std::vector<store::IndexedResult>> Run(store::Transaction& transaction,
                                                                size_t begin, size_t end,
                                                                absl::Time now) = 0;
  // Returns the results that Run would return, and changes nothing.
  virtual absl::StatusOr<std::vector<store::IndexedResult>> Preview(store::Snapshot& snapshot,
                                                                    size_t begin, size_t end,
                                                                    absl::Time now) = 0;
};

// Reads the operation's request and results, and looks up the devices of its items.
// This needs no transaction: an identifier that the partner stated keeps naming its
// device, unless the partner itself gives that up and claims it with other identifiers.
// Devices that are not found are looked up again when their items run. `rules` must
// outlive the result. Calls `hold` with the memory that the result takes so far, in
// bytes; ABORTED if that returns false.
absl::StatusOr<std::unique_ptr<BatchRun>> LoadBatchRun(store::Store& store,
                                                       const store::OperationHead& head,
                                                       const RegistryRules& rules, absl::Time now,
                                                       const std::function<bool(uint64_t)>& hold);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_BATCH_RUN_H_
