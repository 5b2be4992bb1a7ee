// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_STORED_ITEMS_H_
#define ZEROTOUCH_SERVICE_STORED_ITEMS_H_

#include <map>
#include <memory>
#include <string_view>
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

// The items of finished operations, as answers need them: a client that stops reading
// holds neither the items nor a snapshot, and answers of the same operation share its
// results, which do not change. Thread-safe.
class StoredOperations {
 public:
  // The store must outlive it and all items.
  explicit StoredOperations(store::Store& store) : store_(store) {}

  // Returns the items of the finished operation `head`. `reads` is a snapshot that has it.
  absl::StatusOr<std::unique_ptr<OperationItems>> ItemsOf(store::OperationReads& reads,
                                                          const store::OperationHead& head);

 private:
  using Results = std::shared_ptr<const std::vector<ItemResult>>;

  absl::StatusOr<Results> ResultsOf(store::OperationReads& reads, const store::OperationHead& head);

  store::Store& store_;
  Mutex mutex_;
  // Holds the results of the answers that are being sent.
  std::map<OperationId, std::weak_ptr<const std::vector<ItemResult>>> shared_ ZT_GUARDED_BY(mutex_);
};

// Returns the part of `chunk`, a serialized request of a batch, that has `count` items
// from number `first` on, or fewer at the end: a serialized request too.
std::string_view SliceOf(std::string_view chunk, int first, int count);

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_STORED_ITEMS_H_
