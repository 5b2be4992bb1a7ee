// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_STORED_ITEMS_H_
#define ZEROTOUCH_SERVICE_STORED_ITEMS_H_

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "base/mutex.h"
#include "model/outcome.h"
#include "service/operation_answer.h"
#include "store/operations.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::service {

using Results = std::shared_ptr<const std::vector<ItemResult>>;
// A chunk of a stored request (batch/stored_request.h).
using Chunk = std::shared_ptr<const std::string>;

// The items of finished operations, as answers need them: a client that stops reading
// holds neither the items nor their results nor a snapshot. The results and the chunks
// that were read last are kept for the next piece of an answer. Thread-safe.
class StoredOperations {
 public:
  // The store must outlive it and all items.
  explicit StoredOperations(store::Store& store) : store_(store) {}

  // Returns the items of the finished operation `head`. `reads` is a snapshot that has
  // it. They must not outlive this.
  absl::StatusOr<std::unique_ptr<OperationItems>> ItemsOf(store::OperationReads& reads,
                                                          const store::OperationHead& head);
  // Returns the results of the operation, in the order of the request.
  absl::StatusOr<Results> ResultsOf(store::OperationReads& reads, const store::OperationHead& head);
  // The same for a client that continues: reads what is not kept from a snapshot of its own.
  absl::StatusOr<Results> ResultsOf(const store::OperationHead& head);
  // Returns chunk `number` of the operation's request.
  absl::StatusOr<Chunk> ChunkOf(OperationId id, int32_t number);

 private:
  struct KeptChunk {
    OperationId id;
    int32_t number;
    Chunk chunk;
  };

  // Returns what is kept of the operation, or null.
  Results FindKept(OperationId id) ZT_REQUIRES(mutex_);

  store::Store& store_;
  Mutex mutex_;
  // Results of operations with more than one slice of items: at most
  // limits::kKeptResults, the last one used first.
  std::deque<std::pair<OperationId, Results>> kept_ ZT_GUARDED_BY(mutex_);
  // At most limits::kKeptChunks, the last one read first.
  std::deque<KeptChunk> kept_chunks_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_STORED_ITEMS_H_
