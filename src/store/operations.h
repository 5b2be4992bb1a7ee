// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_OPERATIONS_H_
#define ZEROTOUCH_STORE_OPERATIONS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "model/outcome.h"
#include "store/page.h"

namespace zerotouch::store {

// The kinds of batches; src/batch/kinds.h describes them. The numbers are stored.
enum class BatchKind : uint8_t {
  kClaim = 1,
  kUnclaim = 2,
  kUpdateMetadata = 3,
  kPreviewClaim = 4,
  kPreviewUnclaim = 5,
  kUndoClaim = 6,
  kUndoUnclaim = 7,
};

// A batch without its items.
struct OperationHead {
  OperationId id;
  int64_t number = 0;  // assigned by the store in the order of acceptance
  PartnerId partner;
  BatchKind kind = BatchKind::kUnclaim;
  int32_t items = 0;
  int32_t items_done = 0;  // items with a result
  int32_t items_succeeded = 0;
  absl::Time accepted;
  std::optional<absl::Time> started;   // by its first lease
  std::optional<absl::Time> finished;  // when items_done reached items, or it was cancelled
  bool cancelled = false;              // items without a result were cancelled
  std::string account;                 // e-mail of the account that made it; may be empty
  std::string request_id;              // of the call that made it; may be empty
  OperationId undoes;                  // the operation that this one undoes, if any
  std::string trace_id;                // of that call; empty if the operation has no spans
};

// The result of the item at `index` of the request.
struct IndexedResult {
  uint32_t index = 0;
  ItemResult result;
};

// The results that one chunk of an operation recorded, in the order in which its items ran.
struct ResultChunk {
  int32_t items_done = 0;  // before it
  std::vector<IndexedResult> results;
  int64_t log = 0;  // the first sequence of its block in the log; 0: it changed nothing
};

// A worker's right to run an operation until `until`. `token` grows with every
// lease of the operation, so a worker that lost its lease can no longer write.
struct Lease {
  OperationHead head;
  int64_t token = 0;
  absl::Time until;
};

class OperationReads {
 public:
  virtual ~OperationReads() = default;
  // Returns nullopt if there is no such operation.
  virtual absl::StatusOr<std::optional<OperationHead>> FindOperation(OperationId id) = 0;
  // Lists operations of `partner` with numbers above `after`, ascending; if `done`
  // is set, only finished or only unfinished ones. Does not count the total.
  virtual absl::StatusOr<Page<OperationHead>> ListOperations(PartnerId partner,
                                                             std::optional<bool> done,
                                                             int64_t after, int64_t limit) = 0;
  // Reads `count` chunks of the request from number `first` on (from 0). Each is a
  // serialized ClaimDevicesRequest, UnclaimDevicesRequest or
  // UpdateDeviceMetadataInBatchRequest with up to limits::kStoredChunkItems
  // items. NOT_FOUND if one of them is missing.
  virtual absl::StatusOr<std::vector<std::string>> ReadRequestChunks(OperationId id, int32_t first,
                                                                     int32_t count) = 0;
  // Reads every result, in the order in which the items were run.
  virtual absl::StatusOr<std::vector<IndexedResult>> ReadResults(OperationId id) = 0;
  // Reads the first chunk of results that has `from` or more items with results before it;
  // nullopt after the last one.
  virtual absl::StatusOr<std::optional<ResultChunk>> ReadResultChunk(OperationId id,
                                                                     int32_t from) = 0;
  // Finds the operation that undoes `id` and was not cancelled; nullopt if no operation does.
  virtual absl::StatusOr<std::optional<OperationHead>> FindUndoOf(OperationId id) = 0;
  // Counts unfinished operations of `partner`. In a transaction that writes, no
  // other transaction adds one until it ends.
  virtual absl::StatusOr<int64_t> CountUnfinished(PartnerId partner) = 0;
  // Counts the unfinished operations of all partners, by kind. Kinds without unfinished
  // operations are left out.
  virtual absl::StatusOr<std::vector<std::pair<BatchKind, int64_t>>> CountUnfinishedByKind() = 0;
  // Returns true if LeaseOperation would find an operation.
  virtual absl::StatusOr<bool> AnyRunnable(absl::Time now) = 0;
  // Returns when the operation that finished last did; nullopt if none has.
  virtual absl::StatusOr<std::optional<absl::Time>> NewestFinish() = 0;
};

// Which of the partners' oldest operations is leased first.
enum class LeaseOrder {
  kFair,    // that of the partner served least recently
  kOldest,  // the one accepted first
};

class OperationWrites {
 public:
  virtual ~OperationWrites() = default;
  // Stores a new operation with its request chunks. ALREADY_EXISTS if the id is taken.
  virtual absl::Status AddOperation(const OperationHead& head,
                                    std::span<const std::string> chunks) = 0;
  // Stores a new operation with the request of `head.undoes`. ALREADY_EXISTS if the id is
  // taken, NOT_FOUND if there is no such request.
  virtual absl::Status AddUndo(const OperationHead& head) = 0;
  // Leases the operation that runs next: the oldest unfinished one of a partner,
  // if it has no unexpired lease; among these, the one that comes first in `order`.
  // Returns nullopt if there is no such operation.
  virtual absl::StatusOr<std::optional<Lease>> LeaseOperation(absl::Time now, absl::Duration length,
                                                              LeaseOrder order) = 0;
  // Extends the lease. ABORTED if it was lost.
  virtual absl::Status ExtendLease(const Lease& lease, absl::Time until) = 0;
  // Releases the lease, so that other operations can run first. OK if it was lost.
  virtual absl::Status ReleaseLease(const Lease& lease) = 0;
  // Adds results of items that were run under the lease, updates the counts,
  // extends the lease, and finishes the operation if no items are left.
  // `items_done` is how many items had results before. ABORTED if the lease was
  // lost, or if another number of items had results: then a transaction whose
  // outcome its caller never learned may have run these. The error may be
  // returned only by the transaction as a whole.
  virtual absl::Status RecordResults(const Lease& lease, int32_t items_done,
                                     std::span<const IndexedResult> results, absl::Time now,
                                     absl::Time lease_until) = 0;
  // Finishes the operation now: items without a result keep none, and the holder
  // of its lease can no longer write. Does nothing if it is finished already.
  // NOT_FOUND if there is no such operation.
  virtual absl::Status CancelOperation(OperationId id, absl::Time now) = 0;
  // Deletes the operation with its request and results. NOT_FOUND if there is no
  // such operation.
  virtual absl::Status DeleteOperation(OperationId id) = 0;
  // Deletes operations finished before `before`, at most `limit`, but none that an
  // unfinished one undoes. Returns how many.
  virtual absl::StatusOr<int64_t> SweepOperations(absl::Time before, int64_t limit) = 0;
  // Returns the time up to which the age of operations is known (batch/retention.h);
  // nullopt before the first SetRetentionMark. Locks it until the transaction ends.
  virtual absl::StatusOr<std::optional<absl::Time>> LockRetentionMark() = 0;
  virtual absl::Status SetRetentionMark(absl::Time mark) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_OPERATIONS_H_
