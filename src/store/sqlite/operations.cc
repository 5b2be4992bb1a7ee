// SPDX-License-Identifier: Apache-2.0
#include "base/status_macros.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/result_codec.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/statements.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {
namespace {

// Each partner's oldest unfinished operation, if it has no lease at a time (the
// parameter).
constexpr SqlText kRunnable =
    "FROM operations o JOIN partners p ON p.id = o.partner "
    "WHERE o.number IN (SELECT min(number) FROM operations WHERE finished_us IS NULL "
    "GROUP BY partner) AND o.lease_until_us <= ? ";

// Returns the operation's number, or 0 if there is no such operation.
absl::StatusOr<int64_t> NumberOf(Database& db, OperationId id) {
  return ReadInt(db.Use("SELECT number FROM operations WHERE id = ?").Int(id.value()));
}

// An operation as the holder of its lease may change it.
struct Held {
  int64_t number = 0;
  int32_t items = 0;
  int32_t items_done = 0;
};

Held ReadHeldRow(RowReader& row) {
  return {.number = row.Int(),
          .items = static_cast<int32_t>(row.Int()),
          .items_done = static_cast<int32_t>(row.Int())};
}

// Returns ABORTED if the lease was lost.
absl::StatusOr<Held> ReadHeld(Database& db, const Lease& lease) {
  ZT_ASSIGN_OR_RETURN(const std::optional<Held> held,
                      ReadOne(db.Use("SELECT number, items, items_done FROM operations "
                                     "WHERE id = ? AND lease_token = ? AND finished_us IS NULL")
                                  .Int(lease.head.id.value())
                                  .Int(lease.token),
                              ReadHeldRow));
  if (!held.has_value()) return LostLease(lease.head.id);
  return *held;
}

// Inserts the operation without its request, and returns its number.
absl::StatusOr<int64_t> InsertOperation(Database& db, const OperationHead& head) {
  ZT_RETURN_IF_ERROR(db.Use("INSERT INTO operations (id, partner, kind, items, items_done, "
                            "succeeded, accepted_us, account, request_id, undoes, trace_id, "
                            "lease_token, lease_until_us) VALUES (?, ?, ?, ?, 0, 0, ?, "
                            "nullif(?, ''), nullif(?, ''), nullif(?, 0), nullif(?, ''), 0, 0)")
                         .Int(head.id.value())
                         .Int(head.partner.value())
                         .Int(static_cast<int64_t>(head.kind))
                         .Int(head.items)
                         .Time(head.accepted)
                         .Text(head.account)
                         .Text(head.request_id)
                         .Int(head.undoes.value())
                         .Text(head.trace_id)
                         .Run());
  return NumberOf(db, head.id);
}

absl::Status DeleteNumber(Database& db, int64_t number) {
  ZT_RETURN_IF_ERROR(db.Use("DELETE FROM operation_results WHERE operation = ?").Int(number).Run());
  ZT_RETURN_IF_ERROR(db.Use("DELETE FROM operation_chunks WHERE operation = ?").Int(number).Run());
  return db.Use("DELETE FROM operations WHERE number = ?").Int(number).Run();
}

}  // namespace

absl::StatusOr<std::optional<OperationHead>> SqliteTransaction::FindOperation(OperationId id) {
  return ReadOne(db_.Use(kSql<"SELECT ", kOperationColumns, " FROM operations o WHERE o.id = ?">)
                     .Int(id.value()),
                 ReadOperation<RowReader>);
}

absl::StatusOr<Page<OperationHead>> SqliteTransaction::ListOperations(PartnerId partner,
                                                                      std::optional<bool> done,
                                                                      int64_t after,
                                                                      int64_t limit) {
  Page<OperationHead> page;
  ZT_ASSIGN_OR_RETURN(page.rows, ReadAll(db_.Use(!done.has_value() ? kOperationsOfPartner
                                                 : *done           ? kFinishedOfPartner
                                                                   : kUnfinishedOfPartner)
                                             .Int(partner.value())
                                             .Int(after)
                                             .Int(limit + 1),
                                         ReadOperation<RowReader>));
  CutAt(limit, page);
  return page;
}

absl::StatusOr<std::vector<std::string>> SqliteTransaction::ReadRequestChunks(OperationId id,
                                                                              int32_t first,
                                                                              int32_t count) {
  Cursor request = db_.Use(
      "SELECT request FROM operation_chunks "
      "WHERE operation = (SELECT number FROM operations WHERE id = ?) "
      "AND number BETWEEN ? AND ? ORDER BY number");
  request.Int(id.value()).Int(first).Int(first + count - 1);
  std::vector<std::string> chunks;
  while (request.Row()) chunks.emplace_back(RowReader(request).Text());
  ZT_RETURN_IF_ERROR(request.status());
  if (std::ssize(chunks) != count) return NoSuchRequestChunks(id, first, count);
  return chunks;
}

absl::StatusOr<std::vector<IndexedResult>> SqliteTransaction::ReadResults(OperationId id) {
  std::vector<IndexedResult> results;
  Cursor some = db_.Use(
      "SELECT results FROM operation_results "
      "WHERE operation = (SELECT number FROM operations WHERE id = ?) ORDER BY first_item");
  some.Int(id.value());
  while (some.Row()) ZT_RETURN_IF_ERROR(DecodeResults(RowReader(some).Text(), results));
  ZT_RETURN_IF_ERROR(some.status());
  return results;
}

absl::StatusOr<std::optional<ResultChunk>> SqliteTransaction::ReadResultChunk(OperationId id,
                                                                              int32_t from) {
  Cursor cursor = db_.Use(
      "SELECT first_item, results, log FROM operation_results WHERE operation = "
      "(SELECT number FROM operations WHERE id = ?) AND first_item >= ? ORDER BY first_item LIMIT "
      "1");
  cursor.Int(id.value()).Int(from);
  if (!cursor.Row()) {
    ZT_RETURN_IF_ERROR(cursor.status());
    return std::nullopt;
  }
  RowReader row(cursor);
  ResultChunk chunk;
  chunk.items_done = static_cast<int32_t>(row.Int());
  ZT_RETURN_IF_ERROR(DecodeResults(row.Text(), chunk.results));
  chunk.log = row.Int();
  return chunk;
}

absl::StatusOr<std::optional<OperationHead>> SqliteTransaction::FindUndoOf(OperationId id) {
  return ReadOne(db_.Use(kUndoOf).Int(id.value()), ReadOperation<RowReader>);
}

absl::StatusOr<int64_t> SqliteTransaction::CountUnfinished(PartnerId partner) {
  return ReadInt(
      db_.Use("SELECT count(*) FROM operations WHERE partner = ? AND finished_us IS NULL")
          .Int(partner.value()));
}

absl::StatusOr<std::vector<std::pair<BatchKind, int64_t>>>
SqliteTransaction::CountUnfinishedByKind() {
  Cursor counts = db_.Use(kUnfinishedByKind);
  return ReadAll(counts, ReadKindCount<RowReader>);
}

absl::StatusOr<bool> SqliteTransaction::AnyRunnable(absl::Time now) {
  return Any(db_.Use(kSql<"SELECT 1 ", kRunnable, "LIMIT 1">).Time(now));
}

absl::Status SqliteTransaction::AddOperation(const OperationHead& head,
                                             std::span<const std::string> chunks) {
  ZT_ASSIGN_OR_RETURN(const int64_t number, InsertOperation(db_, head));
  for (size_t i = 0; i < chunks.size(); ++i) {
    ZT_RETURN_IF_ERROR(
        db_.Use("INSERT INTO operation_chunks (operation, number, request) VALUES (?, ?, ?)")
            .Int(number)
            .Int(static_cast<int64_t>(i))
            .Bytes(chunks[i])
            .Run());
  }
  return absl::OkStatus();
}

absl::Status SqliteTransaction::AddUndo(const OperationHead& head) {
  ZT_ASSIGN_OR_RETURN(const int64_t number, InsertOperation(db_, head));
  ZT_RETURN_IF_ERROR(db_.Use("INSERT INTO operation_chunks (operation, number, request) "
                             "SELECT ?, number, request FROM operation_chunks WHERE operation = "
                             "(SELECT number FROM operations WHERE id = ?) ORDER BY number")
                         .Int(number)
                         .Int(head.undoes.value())
                         .Run());
  return db_.Changes() > 0 ? absl::OkStatus() : NoSuchOperation(head.undoes);
}

absl::StatusOr<std::optional<Lease>> SqliteTransaction::LeaseOperation(absl::Time now,
                                                                       absl::Duration length,
                                                                       LeaseOrder order) {
  Lease lease;
  {
    Cursor next = order == LeaseOrder::kFair
                      ? db_.Use(kSql<"SELECT ", kOperationColumns, ", o.lease_token ", kRunnable,
                                     "ORDER BY p.turn, o.number LIMIT 1">)
                      : db_.Use(kSql<"SELECT ", kOperationColumns, ", o.lease_token ", kRunnable,
                                     "ORDER BY o.number LIMIT 1">);
    next.Time(now);
    if (!next.Row()) {
      ZT_RETURN_IF_ERROR(next.status());
      return std::nullopt;
    }
    RowReader row(next);
    lease.head = ReadOperation(row);
    lease.token = row.Int() + 1;
  }
  lease.until = now + length;
  if (!lease.head.started.has_value()) lease.head.started = now;
  ZT_RETURN_IF_ERROR(db_.Use("UPDATE operations SET lease_token = ?, lease_until_us = ?, "
                             "started_us = ? WHERE id = ?")
                         .Int(lease.token)
                         .Time(lease.until)
                         .Time(*lease.head.started)
                         .Int(lease.head.id.value())
                         .Run());
  ZT_RETURN_IF_ERROR(db_.Use("UPDATE partners SET turn = (SELECT max(turn) + 1 FROM partners) "
                             "WHERE id = ?")
                         .Int(lease.head.partner.value())
                         .Run());
  return lease;
}

absl::Status SqliteTransaction::ExtendLease(const Lease& lease, absl::Time until) {
  return Change(db_.Use("UPDATE operations SET lease_until_us = ? "
                        "WHERE id = ? AND lease_token = ? AND finished_us IS NULL")
                    .Time(until)
                    .Int(lease.head.id.value())
                    .Int(lease.token),
                LostLease(lease.head.id));
}

absl::Status SqliteTransaction::ReleaseLease(const Lease& lease) {
  return db_.Use("UPDATE operations SET lease_until_us = 0 WHERE id = ? AND lease_token = ?")
      .Int(lease.head.id.value())
      .Int(lease.token)
      .Run();
}

absl::Status SqliteTransaction::RecordResults(const Lease& lease, int32_t items_done,
                                              std::span<const IndexedResult> results,
                                              absl::Time now, absl::Time lease_until) {
  ZT_ASSIGN_OR_RETURN(const Held held, ReadHeld(db_, lease));
  if (held.items_done != items_done) return LostLease(lease.head.id);
  const std::string encoded = EncodeResults(results);
  ZT_RETURN_IF_ERROR(db_.Use("INSERT INTO operation_results (operation, first_item, results, log) "
                             "VALUES (?, ?, ?, ?)")
                         .Int(held.number)
                         .Int(held.items_done)
                         .Bytes(encoded)
                         .Int(FirstSequence())
                         .Run());
  const int64_t done = held.items_done + static_cast<int64_t>(results.size());
  return db_
      .Use(
          "UPDATE operations SET items_done = ?, succeeded = succeeded + ?, lease_until_us = ?, "
          "finished_us = ? WHERE number = ?")
      .Int(done)
      .Int(CountSucceeded(results))
      .Time(lease_until)
      .Time(done == held.items ? std::optional(now) : std::nullopt)
      .Int(held.number)
      .Run();
}

absl::Status SqliteTransaction::CancelOperation(OperationId id, absl::Time now) {
  ZT_ASSIGN_OR_RETURN(const int64_t number, NumberOf(db_, id));
  if (number == 0) return NoSuchOperation(id);
  // A new token makes a chunk that is being run find its lease lost.
  return db_
      .Use(
          "UPDATE operations SET cancelled = 1, finished_us = ?, lease_until_us = 0, "
          "lease_token = lease_token + 1 WHERE number = ? AND finished_us IS NULL")
      .Time(now)
      .Int(number)
      .Run();
}

absl::Status SqliteTransaction::DeleteOperation(OperationId id) {
  ZT_ASSIGN_OR_RETURN(const int64_t number, NumberOf(db_, id));
  return number == 0 ? NoSuchOperation(id) : DeleteNumber(db_, number);
}

absl::StatusOr<int64_t> SqliteTransaction::SweepOperations(absl::Time before, int64_t limit) {
  std::vector<int64_t> numbers;
  {
    Cursor finished = db_.Use(
        "SELECT o.number FROM operations o WHERE o.finished_us < ? AND NOT EXISTS "
        "(SELECT 1 FROM operations u WHERE u.undoes = o.id AND u.finished_us IS NULL) LIMIT ?");
    finished.Time(before).Int(limit);
    while (finished.Row()) numbers.push_back(RowReader(finished).Int());
    ZT_RETURN_IF_ERROR(finished.status());
  }
  for (const int64_t number : numbers) ZT_RETURN_IF_ERROR(DeleteNumber(db_, number));
  return static_cast<int64_t>(numbers.size());
}

absl::StatusOr<std::optional<absl::Time>> SqliteTransaction::NewestFinish() {
  Cursor newest = db_.Use("SELECT max(finished_us) FROM operations WHERE finished_us IS NOT NULL");
  if (newest.Row()) return RowReader(newest).OptionalTime();
  return newest.status();
}

absl::StatusOr<std::optional<absl::Time>> SqliteTransaction::LockRetentionMark() {
  Cursor mark = db_.Use("SELECT value FROM registry_values WHERE name = 'retention_us'");
  if (mark.Row()) return RowReader(mark).OptionalTime();
  ZT_RETURN_IF_ERROR(mark.status());
  return std::nullopt;
}

absl::Status SqliteTransaction::SetRetentionMark(absl::Time mark) {
  return db_
      .Use(
          "INSERT INTO registry_values VALUES ('retention_us', ?) "
          "ON CONFLICT (name) DO UPDATE SET value = excluded.value")
      .Time(mark)
      .Run();
}

absl::Status EndAllLeases(Database& db) {
  return db.Run(
      "UPDATE operations SET lease_until_us = 0 WHERE finished_us IS NULL;"
      "UPDATE webhook_deliveries SET lease_until_us = 0 WHERE state = 1 AND lease_until_us > 0");
}

}  // namespace zerotouch::store::sqlite
