// SPDX-License-Identifier: Apache-2.0
#include "base/status_macros.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/postgres/notification.h"
#include "store/postgres/transaction.h"
#include "store/result_codec.h"

namespace zerotouch::store::postgres {
namespace {

// Each partner's oldest unfinished operation, if it has no lease at $1.
constexpr SqlText kRunnable =
    "FROM operations o JOIN partners p ON p.id = o.partner "
    "WHERE o.finished_us IS NULL AND o.lease_until_us <= $1 AND NOT EXISTS "
    "(SELECT 1 FROM operations e WHERE e.finished_us IS NULL AND e.partner = o.partner "
    "AND e.number < o.number) ";

// Inserts the operation without its request. The partner's row stays locked until the
// commit, so operations become visible in the order of their numbers.
Query InsertOperation(const OperationHead& head) {
  return Query(
             "WITH next AS (UPDATE partners SET last_number = last_number + 1 WHERE id = $2 "
             "RETURNING last_number) "
             "INSERT INTO operations (id, partner, number, kind, items, accepted_us, account, "
             "request_id, undoes, trace_id) SELECT $1, $2, last_number, $3, $4, $5, "
             "nullif($6, ''), nullif($7, ''), nullif($8::bigint, 0), nullif($9, '') FROM next")
      .Int(head.id.value())
      .Int(head.partner.value())
      .Int(static_cast<int64_t>(head.kind))
      .Int(head.items)
      .Time(head.accepted)
      .Text(head.account)
      .Text(head.request_id)
      .Int(head.undoes.value())
      .Text(head.trace_id);
}

}  // namespace

absl::StatusOr<std::optional<OperationHead>> PostgresTransaction::FindOperation(OperationId id) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kOperationColumns, " FROM operations o WHERE o.id = $1">)
                  .Int(id.value())));
  return ReadOne(rows, ReadOperation<RowReader>);
}

absl::StatusOr<Page<OperationHead>> PostgresTransaction::ListOperations(PartnerId partner,
                                                                        std::optional<bool> done,
                                                                        int64_t after,
                                                                        int64_t limit) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(!done.has_value() ? kSql<"SELECT ", kOperationColumns,
                                             " FROM operations o WHERE o.partner = $1 "
                                             "AND o.number > $2 ORDER BY o.number LIMIT $3">
                    : *done
                        ? kSql<"SELECT ", kOperationColumns,
                               " FROM operations o WHERE o.finished_us IS NOT NULL "
                               "AND o.partner = $1 AND o.number > $2 ORDER BY o.number LIMIT $3">
                        : kSql<"SELECT ", kOperationColumns,
                               " FROM operations o WHERE o.finished_us IS NULL "
                               "AND o.partner = $1 AND o.number > $2 ORDER BY o.number LIMIT $3">)
                  .Int(partner.value())
                  .Int(after)
                  .Int(limit + 1)));
  Page<OperationHead> page;
  page.rows = ReadAll(rows, ReadOperation<RowReader>);
  CutAt(limit, page);
  return page;
}

absl::StatusOr<std::vector<std::string>> PostgresTransaction::ReadRequestChunks(OperationId id,
                                                                                int32_t first,
                                                                                int32_t count) {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query("SELECT request FROM operation_chunks WHERE operation = $1 "
                                    "AND number BETWEEN $2 AND $3 ORDER BY number")
                                  .Int(id.value())
                                  .Int(first)
                                  .Int(first + count - 1)));
  if (rows.size() != count) return NoSuchRequestChunks(id, first, count);
  std::vector<std::string> chunks;
  for (RowReader row : rows) chunks.emplace_back(row.Text());
  return chunks;
}

absl::StatusOr<std::vector<IndexedResult>> PostgresTransaction::ReadResults(OperationId id) {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query("SELECT results FROM operation_results WHERE operation = $1 "
                                    "ORDER BY first_item")
                                  .Int(id.value())));
  std::vector<IndexedResult> results;
  for (RowReader row : rows) ZT_RETURN_IF_ERROR(DecodeResults(row.Text(), results));
  return results;
}

absl::StatusOr<std::optional<ResultChunk>> PostgresTransaction::ReadResultChunk(OperationId id,
                                                                                int32_t from) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query("SELECT first_item, results, log FROM operation_results WHERE operation = $1 "
                    "AND first_item >= $2 ORDER BY first_item LIMIT 1")
                  .Int(id.value())
                  .Int(from)));
  if (rows.size() == 0) return std::nullopt;
  RowReader row(rows, 0);
  ResultChunk chunk;
  chunk.items_done = static_cast<int32_t>(row.Int());
  ZT_RETURN_IF_ERROR(DecodeResults(row.Text(), chunk.results));
  chunk.log = row.Int();
  return chunk;
}

absl::StatusOr<std::optional<OperationHead>> PostgresTransaction::FindUndoOf(OperationId id) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kOperationColumns,
                         " FROM operations o WHERE o.undoes = $1 AND NOT o.cancelled LIMIT 1">)
                  .Int(id.value())));
  return ReadOne(rows, ReadOperation<RowReader>);
}

absl::StatusOr<int64_t> PostgresTransaction::CountUnfinished(PartnerId partner) {
  std::vector<Query> queries;
  if (writing()) {
    // Locks the partner's row so that the count includes concurrent inserts.
    queries.push_back(
        Query("SELECT 1 FROM partners WHERE id = $1 FOR NO KEY UPDATE").Int(partner.value()));
  }
  queries.push_back(
      Query("SELECT count(*) FROM operations WHERE partner = $1 AND finished_us IS NULL")
          .Int(partner.value()));
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  return ReadInt(answers.back());
}

absl::StatusOr<std::vector<std::pair<BatchKind, int64_t>>>
PostgresTransaction::CountUnfinishedByKind() {
  ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(Query(kUnfinishedByKind)));
  return ReadAll(rows, ReadKindCount<RowReader>);
}

absl::StatusOr<bool> PostgresTransaction::AnyRunnable(absl::Time now) {
  return Any(Query(kSql<"SELECT 1 ", kRunnable, "LIMIT 1">).Time(leases_.Of(now)));
}

absl::Status PostgresTransaction::AddOperation(const OperationHead& head,
                                               std::span<const std::string> chunks) {
  const Query queries[] = {InsertOperation(head),
                           Query("INSERT INTO operation_chunks (operation, number, request) "
                                 "SELECT $1, u.i - 1, u.request "
                                 "FROM unnest($2::bytea[]) WITH ORDINALITY AS u(request, i)")
                               .Int(head.id.value())
                               .Blobs(chunks),
                           NotifyOfOperation()};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  if (answers[0].affected() > 0) return absl::OkStatus();
  return NoSuchPartner(head.partner);
}

absl::Status PostgresTransaction::AddUndo(const OperationHead& head) {
  // The lock keeps the operation until this commits.
  const Query queries[] = {
      Query("SELECT 1 FROM operations WHERE id = $1 FOR UPDATE").Int(head.undoes.value()),
      InsertOperation(head),
      Query("INSERT INTO operation_chunks (operation, number, request) "
            "SELECT $1, number, request FROM operation_chunks WHERE operation = $2")
          .Int(head.id.value())
          .Int(head.undoes.value()),
      NotifyOfOperation()};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  if (answers[1].affected() == 0) return NoSuchPartner(head.partner);
  return answers[2].affected() > 0 ? absl::OkStatus() : NoSuchOperation(head.undoes);
}

absl::StatusOr<std::optional<Lease>> PostgresTransaction::LeaseOperation(absl::Time now,
                                                                         absl::Duration length,
                                                                         LeaseOrder order) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(
          Query(
              kSql<"WITH next AS (SELECT o.id ", kRunnable,
                   "ORDER BY CASE WHEN $5 THEN p.turn ELSE 0 END, o.accepted_us, o.number LIMIT 1 "
                   "FOR UPDATE OF o SKIP LOCKED) "
                   "UPDATE operations o SET lease_token = o.lease_token + 1, "
                   "lease_until_us = $2, started_us = coalesce(o.started_us, $3), "
                   "lease_holder = $4 "
                   "FROM next WHERE o.id = next.id "
                   "RETURNING ",
                   kOperationColumns, ", o.lease_token">)
              .Time(leases_.Of(now))
              .Time(leases_.Of(now + length))
              .Time(now)
              .Text(ProcessName())
              .Bool(order == LeaseOrder::kFair)));
  if (rows.size() == 0) return std::nullopt;
  RowReader row(rows, 0);
  const Lease lease{.head = ReadOperation(row), .token = row.Int(), .until = now + length};
  // The partner served least recently is next.
  ZT_RETURN_IF_ERROR(db_.Run(Query("UPDATE partners SET turn = greatest(turn + 1, $2) "
                                   "WHERE id = $1")
                                 .Int(lease.head.partner.value())
                                 .Time(leases_.Of(now)))
                         .status());
  return lease;
}

absl::Status PostgresTransaction::ExtendLease(const Lease& lease, absl::Time until) {
  return Change(Query("UPDATE operations SET lease_until_us = $3 "
                      "WHERE id = $1 AND lease_token = $2 AND finished_us IS NULL")
                    .Int(lease.head.id.value())
                    .Int(lease.token)
                    .Time(leases_.Of(until)),
                LostLease(lease.head.id));
}

absl::Status PostgresTransaction::ReleaseLease(const Lease& lease) {
  const Query queries[] = {Query("UPDATE operations SET lease_until_us = 0 "
                                 "WHERE id = $1 AND lease_token = $2 AND finished_us IS NULL")
                               .Int(lease.head.id.value())
                               .Int(lease.token),
                           NotifyOfOperation()};
  return db_.RunAll(queries).status();
}

absl::Status PostgresTransaction::RecordResults(const Lease& lease, int32_t items_done,
                                                std::span<const IndexedResult> results,
                                                absl::Time now, absl::Time lease_until) {
  // One statement, sent with the changes before it, so that the row is locked
  // last and briefly.
  db_.Queue(Query("WITH held AS (UPDATE operations SET items_done = items_done + $4::bigint, "
                  "succeeded = succeeded + $5, lease_until_us = $6, "
                  "finished_us = CASE WHEN items_done + $4 = items THEN $7::bigint END "
                  "WHERE id = $1 AND lease_token = $2 AND items_done = $3 "
                  "AND finished_us IS NULL RETURNING id) "
                  "INSERT INTO operation_results (operation, first_item, results, log) "
                  "SELECT id, $3, $8, $9 FROM held")
                .Int(lease.head.id.value())
                .Int(lease.token)
                .Int(items_done)
                .Int(static_cast<int64_t>(results.size()))
                .Int(CountSucceeded(results))
                .Time(leases_.Of(lease_until))
                .Time(now)
                .Bytes(EncodeResults(results))
                .Int(FirstSequence()),
            [id = lease.head.id](int64_t affected) {
              return affected == 0 ? LostLease(id) : absl::OkStatus();
            });
  return absl::OkStatus();
}

absl::Status PostgresTransaction::CancelOperation(OperationId id, absl::Time now) {
  ZT_ASSIGN_OR_RETURN(
      const bool found,
      Any(Query("SELECT 1 FROM operations WHERE id = $1 FOR UPDATE").Int(id.value())));
  if (!found) return NoSuchOperation(id);
  // A new token makes a chunk that is being run find its lease lost.
  const Query queries[] = {
      Query("UPDATE operations SET cancelled = true, finished_us = $2, lease_until_us = 0, "
            "lease_token = lease_token + 1 WHERE id = $1 AND finished_us IS NULL")
          .Int(id.value())
          .Time(now),
      NotifyOfOperation()};
  return db_.RunAll(queries).status();
}

absl::Status PostgresTransaction::DeleteOperation(OperationId id) {
  // Deletes the operation first: its row makes a chunk that is being run wait.
  ZT_RETURN_IF_ERROR(
      Change(Query("DELETE FROM operations WHERE id = $1").Int(id.value()), NoSuchOperation(id)));
  const Query queries[] = {
      Query("DELETE FROM operation_results WHERE operation = $1").Int(id.value()),
      Query("DELETE FROM operation_chunks WHERE operation = $1").Int(id.value()),
      NotifyOfOperation()};
  return db_.RunAll(queries).status();
}

absl::StatusOr<int64_t> PostgresTransaction::SweepOperations(absl::Time before, int64_t limit) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query("DELETE FROM operations WHERE id IN (SELECT o.id FROM operations o "
                    "WHERE o.finished_us < $1 AND NOT EXISTS (SELECT 1 FROM operations u "
                    "WHERE u.undoes = o.id AND u.finished_us IS NULL) "
                    "ORDER BY o.id LIMIT $2 FOR UPDATE OF o SKIP LOCKED) RETURNING id")
                  .Time(before)
                  .Int(limit)));
  std::vector<int64_t> ids;
  for (RowReader row : rows) ids.push_back(row.Int());
  if (ids.empty()) return 0;
  const Query queries[] = {
      Query("DELETE FROM operation_results WHERE operation = ANY($1)").Ints(ids),
      Query("DELETE FROM operation_chunks WHERE operation = ANY($1)").Ints(ids)};
  ZT_RETURN_IF_ERROR(db_.RunAll(queries).status());
  return static_cast<int64_t>(ids.size());
}

absl::StatusOr<std::optional<absl::Time>> PostgresTransaction::NewestFinish() {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query("SELECT max(finished_us) FROM operations WHERE finished_us IS NOT NULL")));
  return RowReader(rows, 0).OptionalTime();
}

absl::StatusOr<std::optional<absl::Time>> PostgresTransaction::LockRetentionMark() {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query("SELECT value FROM registry_values WHERE name = 'retention_us' FOR UPDATE")));
  if (rows.size() == 0) return std::nullopt;
  return RowReader(rows, 0).OptionalTime();
}

absl::Status PostgresTransaction::SetRetentionMark(absl::Time mark) {
  return db_
      .Run(Query("INSERT INTO registry_values VALUES ('retention_us', $1) "
                 "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
               .Time(mark))
      .status();
}

}  // namespace zerotouch::store::postgres
