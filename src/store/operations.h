// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_OPERATIONS_H_
#define ZEROTOUCH_STORE_OPERATIONS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "model/outcome.h"
#include "store/page.h"

namespace zerotouch::store {

// What a batch does to its devices. The numbers are stored.
enum class BatchKind : uint8_t { kClaim = 1, kUnclaim = 2, kUpdateMetadata = 3 };

// A batch without its items.
struct OperationHead {
  OperationId id;
  int64_t number = 0;  // given by the store, in the order in which they are accepted
  PartnerId partner;
  BatchKind kind = BatchKind::kUnclaim;
  int32_t items = 0;
  int32_t items_done = 0;  // how many have their result
  int32_t items_succeeded = 0;
  absl::Time accepted;
  std::optional<absl::Time> started;   // by its first lease
  std::optional<absl::Time> finished;  // when items_done reached items, or it was cancelled
  bool cancelled = false;              // items without a result were called off
};

// The result of the item at `index` of the request.
struct IndexedResult {
  uint32_t index = 0;
  ItemResult result;
};

// A worker's right to run an operation until `until`. `token` grows with every
// lease of the operation, so that whoever lost it cannot write any more.
struct Lease {
  OperationHead head;
  int64_t token = 0;
  absl::Time until;
};

class OperationReads {
 public:
  virtual ~OperationReads() = default;
  // nullopt if there is no such operation.
  virtual absl::StatusOr<std::optional<OperationHead>> FindOperation(OperationId id) = 0;
  // Operations of `partner` with numbers above `after`, ascending: of `done`,
  // those that are finished or those that are not. Does not count the total.
  virtual absl::StatusOr<Page<OperationHead>> ListOperations(PartnerId partner,
                                                             std::optional<bool> done,
                                                             int64_t after, int64_t limit) = 0;
  // Chunks of the request, `count` from number `first` on (from 0): each a
  // serialized ClaimDevicesRequest, UnclaimDevicesRequest or
  // UpdateDeviceMetadataInBatchRequest with up to limits::kStoredChunkItems
  // items. NOT_FOUND if one of them is missing.
  virtual absl::StatusOr<std::vector<std::string>> ReadRequestChunks(OperationId id, int32_t first,
                                                                     int32_t count) = 0;
  // Every result there is, in the order in which the items were run.
  virtual absl::StatusOr<std::vector<IndexedResult>> ReadResults(OperationId id) = 0;
  // Unfinished operations of `partner`. In a transaction that writes nobody else
  // adds one until it ends.
  virtual absl::StatusOr<int64_t> CountUnfinished(PartnerId partner) = 0;
  // Whether LeaseOperation would find something to lease.
  virtual absl::StatusOr<bool> AnyRunnable(absl::Time now) = 0;
};

class OperationWrites {
 public:
  virtual ~OperationWrites() = default;
  // Stores a new operation with its request chunks. ALREADY_EXISTS if the id is taken.
  virtual absl::Status AddOperation(const OperationHead& head,
                                    std::span<const std::string> chunks) = 0;
  // Leases the operation that should run next: of each partner only its oldest
  // unfinished one, and only if nobody holds a lease on it that has not run
  // out; among those the partner served least recently. nullopt if there is none.
  virtual absl::StatusOr<std::optional<Lease>> LeaseOperation(absl::Time now,
                                                              absl::Duration length) = 0;
  // Extends the lease. ABORTED if it was lost.
  virtual absl::Status ExtendLease(const Lease& lease, absl::Time until) = 0;
  // Gives the lease up, so that others may go first. OK if it was lost.
  virtual absl::Status ReleaseLease(const Lease& lease) = 0;
  // Adds results of items run under the lease, when `items_done` had theirs
  // before, counts them in, extends the lease, and finishes the operation when
  // none is left. ABORTED if the lease was lost, or another number of items had
  // theirs: then these may have been run by a transaction of which its caller
  // never heard. The error may come with that of the whole transaction.
  virtual absl::Status RecordResults(const Lease& lease, int32_t items_done,
                                     std::span<const IndexedResult> results, absl::Time now,
                                     absl::Time lease_until) = 0;
  // Finishes the operation as it stands: items without a result stay without
  // one, and whoever holds a lease on it cannot write any more. Nothing happens
  // if it is finished. NOT_FOUND if there is none.
  virtual absl::Status CancelOperation(OperationId id, absl::Time now) = 0;
  // Deletes the operation with its request and results. NOT_FOUND if there is none.
  virtual absl::Status DeleteOperation(OperationId id) = 0;
  // Deletes operations finished before `before`, at most `limit`. Returns how many.
  virtual absl::StatusOr<int64_t> SweepOperations(absl::Time before, int64_t limit) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_OPERATIONS_H_
