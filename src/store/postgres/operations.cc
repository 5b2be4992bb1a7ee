// SPDX-License-Identifier: Apache-2.0
#include "base/status_macros.h"
#include "store/errors.h"
#include "store/postgres/notification.h"
#include "store/postgres/transaction.h"
#include "store/result_codec.h"

namespace zerotouch::store::postgres {
namespace {

#define ZT_HEAD_COLUMNS                                                          \
  "o.id, o.partner, o.kind, o.items, o.items_done, o.succeeded, o.accepted_us, " \
  "o.started_us, o.finished_us, o.cancelled, o.number"

// Of each partner the oldest unfinished operation, if nobody holds it at $1.
#define ZT_RUNNABLE                                                                    \
  "FROM operations o JOIN partners p ON p.id = o.partner "                             \
  "WHERE o.finished_us IS NULL AND o.lease_until_us <= $1 AND NOT EXISTS "             \
  "(SELECT 1 FROM operations e WHERE e.finished_us IS NULL AND e.partner = o.partner " \
  "AND e.number < o.number) "

OperationHead HeadAt(const Rows& rows, int i) {
  OperationHead head;
  head.id = OperationId(rows.IntAt(i, 0));
  head.partner = PartnerId(rows.IntAt(i, 1));
  head.kind = static_cast<BatchKind>(rows.IntAt(i, 2));
  head.items = static_cast<int32_t>(rows.IntAt(i, 3));
  head.items_done = static_cast<int32_t>(rows.IntAt(i, 4));
  head.items_succeeded = static_cast<int32_t>(rows.IntAt(i, 5));
  head.accepted = rows.TimeAt(i, 6);
  head.started = rows.OptionalTimeAt(i, 7);
  head.finished = rows.OptionalTimeAt(i, 8);
  head.cancelled = rows.IntAt(i, 9) != 0;
  head.number = rows.IntAt(i, 10);
  return head;
}

}  // namespace

absl::StatusOr<std::optional<OperationHead>> PostgresTransaction::FindOperation(OperationId id) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(
          Query("SELECT " ZT_HEAD_COLUMNS " FROM operations o WHERE o.id = $1").Int(id.value())));
  if (rows.size() == 0) return std::nullopt;
  return HeadAt(rows, 0);
}

absl::StatusOr<Page<OperationHead>> PostgresTransaction::ListOperations(PartnerId partner,
                                                                        std::optional<bool> done,
                                                                        int64_t after,
                                                                        int64_t limit) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(!done.has_value() ? "SELECT " ZT_HEAD_COLUMNS
                                        " FROM operations o WHERE o.partner = $1 "
                                        "AND o.number > $2 ORDER BY o.number LIMIT $3"
                    : *done ? "SELECT " ZT_HEAD_COLUMNS
                              " FROM operations o WHERE o.finished_us IS NOT NULL "
                              "AND o.partner = $1 AND o.number > $2 ORDER BY o.number LIMIT $3"
                            : "SELECT " ZT_HEAD_COLUMNS
                              " FROM operations o WHERE o.finished_us IS NULL "
                              "AND o.partner = $1 AND o.number > $2 ORDER BY o.number LIMIT $3")
                  .Int(partner.value())
                  .Int(after)
                  .Int(limit + 1)));
  Page<OperationHead> page;
  for (int i = 0; i < rows.size(); ++i) page.rows.push_back(HeadAt(rows, i));
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
  for (int i = 0; i < count; ++i) chunks.push_back(rows.TextAt(i, 0));
  return chunks;
}

absl::StatusOr<std::vector<IndexedResult>> PostgresTransaction::ReadResults(OperationId id) {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query("SELECT results FROM operation_results WHERE operation = $1 "
                                    "ORDER BY first_item")
                                  .Int(id.value())));
  std::vector<IndexedResult> results;
  for (int i = 0; i < rows.size(); ++i) {
    ZT_RETURN_IF_ERROR(DecodeResults(rows.BytesAt(i, 0), results));
  }
  return results;
}

absl::StatusOr<int64_t> PostgresTransaction::CountUnfinished(PartnerId partner) {
  std::vector<Query> queries;
  if (writing()) {
    // What is counted is seen after others who add have let go of this row.
    queries.push_back(
        Query("SELECT 1 FROM partners WHERE id = $1 FOR NO KEY UPDATE").Int(partner.value()));
  }
  queries.push_back(
      Query("SELECT count(*) FROM operations WHERE partner = $1 AND finished_us IS NULL")
          .Int(partner.value()));
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  return answers.back().IntAt(0, 0);
}

absl::StatusOr<bool> PostgresTransaction::AnyRunnable(absl::Time now) {
  return Any(Query("SELECT 1 " ZT_RUNNABLE "LIMIT 1").Time(leases_.Of(now)));
}

// The row of the partner is locked until the end, so that operations become
// visible in the order of their numbers.
absl::Status PostgresTransaction::AddOperation(const OperationHead& head,
                                               std::span<const std::string> chunks) {
  const Query queries[] = {
      Query("WITH next AS (UPDATE partners SET last_number = last_number + 1 WHERE id = $2 "
            "RETURNING last_number) "
            "INSERT INTO operations (id, partner, number, kind, items, accepted_us) "
            "SELECT $1, $2, last_number, $3, $4, $5 FROM next")
          .Int(head.id.value())
          .Int(head.partner.value())
          .Int(static_cast<int64_t>(head.kind))
          .Int(head.items)
          .Time(head.accepted),
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

absl::StatusOr<std::optional<Lease>> PostgresTransaction::LeaseOperation(absl::Time now,
                                                                         absl::Duration length) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query("WITH next AS (SELECT o.id " ZT_RUNNABLE
                    "ORDER BY p.turn, o.accepted_us LIMIT 1 FOR UPDATE OF o SKIP LOCKED) "
                    "UPDATE operations o SET lease_token = o.lease_token + 1, "
                    "lease_until_us = $2, started_us = coalesce(o.started_us, $3), "
                    "lease_holder = $4 "
                    "FROM next WHERE o.id = next.id "
                    "RETURNING " ZT_HEAD_COLUMNS ", o.lease_token")
                  .Time(leases_.Of(now))
                  .Time(leases_.Of(now + length))
                  .Time(now)
                  .Text(ProcessName())));
  if (rows.size() == 0) return std::nullopt;
  const Lease lease{.head = HeadAt(rows, 0), .token = rows.IntAt(0, 11), .until = now + length};
  // Those whose turn was longer ago go first.
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
  int64_t succeeded = 0;
  for (const IndexedResult& result : results) {
    succeeded += result.result.outcome == Outcome::kSuccess ? 1 : 0;
  }
  // One statement, run with the changes before it: the row is locked last, and
  // for a moment.
  db_.Queue(Query("WITH held AS (UPDATE operations SET items_done = items_done + $4::bigint, "
                  "succeeded = succeeded + $5, lease_until_us = $6, "
                  "finished_us = CASE WHEN items_done + $4 = items THEN $7::bigint END "
                  "WHERE id = $1 AND lease_token = $2 AND items_done = $3 "
                  "AND finished_us IS NULL RETURNING id) "
                  "INSERT INTO operation_results (operation, first_item, results) "
                  "SELECT id, $3, $8 FROM held")
                .Int(lease.head.id.value())
                .Int(lease.token)
                .Int(items_done)
                .Int(static_cast<int64_t>(results.size()))
                .Int(succeeded)
                .Time(leases_.Of(lease_until))
                .Time(now)
                .Bytes(EncodeResults(results)),
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
  // A new token, so that a chunk that is being run finds its lease lost.
  const Query queries[] = {
      Query("UPDATE operations SET cancelled = true, finished_us = $2, lease_until_us = 0, "
            "lease_token = lease_token + 1 WHERE id = $1 AND finished_us IS NULL")
          .Int(id.value())
          .Time(now),
      NotifyOfOperation()};
  return db_.RunAll(queries).status();
}

absl::Status PostgresTransaction::DeleteOperation(OperationId id) {
  // The operation first: its row makes a chunk that is being run wait.
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
      db_.Run(Query("DELETE FROM operations WHERE id IN (SELECT id FROM operations "
                    "WHERE finished_us < $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED) "
                    "RETURNING id")
                  .Time(before)
                  .Int(limit)));
  std::vector<int64_t> ids;
  for (int i = 0; i < rows.size(); ++i) ids.push_back(rows.IntAt(i, 0));
  if (ids.empty()) return 0;
  const Query queries[] = {
      Query("DELETE FROM operation_results WHERE operation = ANY($1)").Ints(ids),
      Query("DELETE FROM operation_chunks WHERE operation = ANY($1)").Ints(ids)};
  ZT_RETURN_IF_ERROR(db_.RunAll(queries).status());
  return static_cast<int64_t>(ids.size());
}

}  // namespace zerotouch::store::postgres
