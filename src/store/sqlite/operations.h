// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_OPERATIONS_H_
#define ZEROTOUCH_STORE_SQLITE_OPERATIONS_H_

#include "store/operations.h"
#include "store/sqlite/connection.h"

// OperationReads and OperationWrites on an open transaction.
namespace zerotouch::store::sqlite {

absl::StatusOr<std::optional<OperationHead>> FindOperation(Connection& db, OperationId id);
absl::StatusOr<Page<OperationHead>> ListOperations(Connection& db, PartnerId partner,
                                                   std::optional<bool> done, int64_t after,
                                                   int64_t limit);
absl::StatusOr<std::vector<std::string>> ReadRequestChunks(Connection& db, OperationId id,
                                                           int32_t first, int32_t count);
absl::StatusOr<std::vector<IndexedResult>> ReadResults(Connection& db, OperationId id);
absl::StatusOr<int64_t> CountUnfinished(Connection& db, PartnerId partner);
absl::StatusOr<bool> AnyRunnable(Connection& db, absl::Time now);

absl::Status AddOperation(Connection& db, const OperationHead& head,
                          std::span<const std::string> chunks);
absl::StatusOr<std::optional<Lease>> LeaseOperation(Connection& db, absl::Time now,
                                                    absl::Duration length);
absl::Status ExtendLease(Connection& db, const Lease& lease, absl::Time until);
absl::Status ReleaseLease(Connection& db, const Lease& lease);
absl::Status RecordResults(Connection& db, const Lease& lease, int32_t items_done,
                           std::span<const IndexedResult> results, absl::Time now,
                           absl::Time lease_until);
absl::Status CancelOperation(Connection& db, OperationId id, absl::Time now);
absl::Status DeleteOperation(Connection& db, OperationId id);
absl::StatusOr<int64_t> SweepOperations(Connection& db, absl::Time before, int64_t limit);

// The statements behind ListOperations: partner, number to start after, rows.
extern const char kOperationsOfPartner[];
extern const char kUnfinishedOfPartner[];
extern const char kFinishedOfPartner[];

// Ends every lease: for a server that has just started and is the only one.
absl::Status EndAllLeases(Connection& db);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_OPERATIONS_H_
