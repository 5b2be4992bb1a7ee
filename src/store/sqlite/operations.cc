// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/operations.h"

#include "base/status_macros.h"
#include "store/errors.h"
#include "store/result_codec.h"

namespace zerotouch::store::sqlite {
namespace {

#define ZT_HEAD_COLUMNS                                                          \
  "o.id, o.partner, o.kind, o.items, o.items_done, o.succeeded, o.accepted_us, " \
  "o.started_us, o.finished_us, o.cancelled, o.number"

// Of each partner the oldest unfinished operation, if nobody holds it.
#define ZT_RUNNABLE                                                                  \
  "FROM operations o JOIN partners p ON p.id = o.partner "                           \
  "WHERE o.number IN (SELECT min(number) FROM operations WHERE finished_us IS NULL " \
  "GROUP BY partner) AND o.lease_until_us <= ? "

OperationHead HeadAt(const Cursor& row) {
  OperationHead head;
  head.id = OperationId(row.IntAt(0));
  head.partner = PartnerId(row.IntAt(1));
  head.kind = static_cast<BatchKind>(row.IntAt(2));
  head.items = static_cast<int32_t>(row.IntAt(3));
  head.items_done = static_cast<int32_t>(row.IntAt(4));
  head.items_succeeded = static_cast<int32_t>(row.IntAt(5));
  head.accepted = row.TimeAt(6);
  if (!row.IsNullAt(7)) head.started = row.TimeAt(7);
  if (!row.IsNullAt(8)) head.finished = row.TimeAt(8);
  head.cancelled = row.IntAt(9) != 0;
  head.number = row.IntAt(10);
  return head;
}

// 0 if there is no such operation.
absl::StatusOr<int64_t> NumberOf(Connection& db, OperationId id) {
  Cursor row = db.Use("SELECT number FROM operations WHERE id = ?");
  row.Int(id.value());
  const int64_t number = row.Row() ? row.IntAt(0) : 0;
  ZT_RETURN_IF_ERROR(row.status());
  return number;
}

// An operation as its leaseholder may change it.
struct Held {
  int64_t number = 0;
  int32_t items = 0;
  int32_t items_done = 0;
};

// ABORTED unless the lease still stands.
absl::StatusOr<Held> ReadHeld(Connection& db, const Lease& lease) {
  Cursor row = db.Use(
      "SELECT number, items, items_done FROM operations "
      "WHERE id = ? AND lease_token = ? AND finished_us IS NULL");
  row.Int(lease.head.id.value()).Int(lease.token);
  if (row.Row()) {
    return Held{.number = row.IntAt(0),
                .items = static_cast<int32_t>(row.IntAt(1)),
                .items_done = static_cast<int32_t>(row.IntAt(2))};
  }
  ZT_RETURN_IF_ERROR(row.status());
  return LostLease(lease.head.id);
}

absl::Status DeleteNumber(Connection& db, int64_t number) {
  ZT_RETURN_IF_ERROR(db.Use("DELETE FROM operation_results WHERE operation = ?").Int(number).Run());
  ZT_RETURN_IF_ERROR(db.Use("DELETE FROM operation_chunks WHERE operation = ?").Int(number).Run());
  return db.Use("DELETE FROM operations WHERE number = ?").Int(number).Run();
}

}  // namespace

const char kOperationsOfPartner[] = "SELECT " ZT_HEAD_COLUMNS
                                    " FROM operations o WHERE o.partner = ? AND o.number > ? "
                                    "ORDER BY o.number LIMIT ?";
const char kUnfinishedOfPartner[] =
    "SELECT " ZT_HEAD_COLUMNS
    " FROM operations o WHERE o.finished_us IS NULL AND o.partner = ? AND o.number > ? "
    "ORDER BY o.number LIMIT ?";
const char kFinishedOfPartner[] =
    "SELECT " ZT_HEAD_COLUMNS
    " FROM operations o WHERE o.finished_us IS NOT NULL AND o.partner = ? AND o.number > ? "
    "ORDER BY o.number LIMIT ?";

absl::StatusOr<Page<OperationHead>> ListOperations(Connection& db, PartnerId partner,
                                                   std::optional<bool> done, int64_t after,
                                                   int64_t limit) {
  Page<OperationHead> page;
  Cursor row = db.Use(!done.has_value() ? kOperationsOfPartner
                      : *done           ? kFinishedOfPartner
                                        : kUnfinishedOfPartner);
  row.Int(partner.value()).Int(after).Int(limit + 1);
  while (row.Row()) page.rows.push_back(HeadAt(row));
  ZT_RETURN_IF_ERROR(row.status());
  CutAt(limit, page);
  return page;
}

absl::StatusOr<std::optional<OperationHead>> FindOperation(Connection& db, OperationId id) {
  Cursor row = db.Use("SELECT " ZT_HEAD_COLUMNS " FROM operations o WHERE o.id = ?");
  row.Int(id.value());
  if (row.Row()) return HeadAt(row);
  ZT_RETURN_IF_ERROR(row.status());
  return std::nullopt;
}

absl::StatusOr<std::vector<std::string>> ReadRequestChunks(Connection& db, OperationId id,
                                                           int32_t first, int32_t count) {
  Cursor row = db.Use(
      "SELECT request FROM operation_chunks "
      "WHERE operation = (SELECT number FROM operations WHERE id = ?) "
      "AND number BETWEEN ? AND ? ORDER BY number");
  row.Int(id.value()).Int(first).Int(first + count - 1);
  std::vector<std::string> chunks;
  while (row.Row()) chunks.emplace_back(row.TextAt(0));
  ZT_RETURN_IF_ERROR(row.status());
  if (std::ssize(chunks) == count) return chunks;
  return NoSuchRequestChunks(id, first, count);
}

absl::StatusOr<std::vector<IndexedResult>> ReadResults(Connection& db, OperationId id) {
  std::vector<IndexedResult> results;
  Cursor row = db.Use(
      "SELECT results FROM operation_results "
      "WHERE operation = (SELECT number FROM operations WHERE id = ?) ORDER BY first_item");
  row.Int(id.value());
  while (row.Row()) ZT_RETURN_IF_ERROR(DecodeResults(row.TextAt(0), results));
  ZT_RETURN_IF_ERROR(row.status());
  return results;
}

absl::StatusOr<int64_t> CountUnfinished(Connection& db, PartnerId partner) {
  Cursor row = db.Use("SELECT count(*) FROM operations WHERE partner = ? AND finished_us IS NULL");
  row.Int(partner.value());
  const int64_t count = row.Row() ? row.IntAt(0) : 0;
  ZT_RETURN_IF_ERROR(row.status());
  return count;
}

absl::StatusOr<bool> AnyRunnable(Connection& db, absl::Time now) {
  Cursor row = db.Use("SELECT 1 " ZT_RUNNABLE "LIMIT 1");
  row.Time(now);
  const bool any = row.Row();
  ZT_RETURN_IF_ERROR(row.status());
  return any;
}

absl::Status AddOperation(Connection& db, const OperationHead& head,
                          std::span<const std::string> chunks) {
  ZT_RETURN_IF_ERROR(db.Use("INSERT INTO operations (id, partner, kind, items, items_done, "
                            "succeeded, accepted_us, lease_token, lease_until_us) "
                            "VALUES (?, ?, ?, ?, 0, 0, ?, 0, 0)")
                         .Int(head.id.value())
                         .Int(head.partner.value())
                         .Int(static_cast<int64_t>(head.kind))
                         .Int(head.items)
                         .Time(head.accepted)
                         .Run());
  ZT_ASSIGN_OR_RETURN(const int64_t number, NumberOf(db, head.id));
  for (size_t i = 0; i < chunks.size(); ++i) {
    ZT_RETURN_IF_ERROR(
        db.Use("INSERT INTO operation_chunks (operation, number, request) VALUES (?, ?, ?)")
            .Int(number)
            .Int(static_cast<int64_t>(i))
            .Blob(chunks[i])
            .Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Lease>> LeaseOperation(Connection& db, absl::Time now,
                                                    absl::Duration length) {
  Lease lease;
  {
    Cursor row = db.Use("SELECT " ZT_HEAD_COLUMNS ", o.lease_token " ZT_RUNNABLE
                        "ORDER BY p.turn, o.number LIMIT 1");
    row.Time(now);
    if (!row.Row()) {
      ZT_RETURN_IF_ERROR(row.status());
      return std::nullopt;
    }
    lease.head = HeadAt(row);
    lease.token = row.IntAt(11) + 1;
  }
  lease.until = now + length;
  if (!lease.head.started.has_value()) lease.head.started = now;
  ZT_RETURN_IF_ERROR(db.Use("UPDATE operations SET lease_token = ?, lease_until_us = ?, "
                            "started_us = ? WHERE id = ?")
                         .Int(lease.token)
                         .Time(lease.until)
                         .Time(*lease.head.started)
                         .Int(lease.head.id.value())
                         .Run());
  ZT_RETURN_IF_ERROR(db.Use("UPDATE partners SET turn = (SELECT max(turn) + 1 FROM partners) "
                            "WHERE id = ?")
                         .Int(lease.head.partner.value())
                         .Run());
  return lease;
}

absl::Status ExtendLease(Connection& db, const Lease& lease, absl::Time until) {
  ZT_ASSIGN_OR_RETURN(const Held held, ReadHeld(db, lease));
  return db.Use("UPDATE operations SET lease_until_us = ? WHERE number = ?")
      .Time(until)
      .Int(held.number)
      .Run();
}

absl::Status ReleaseLease(Connection& db, const Lease& lease) {
  return db.Use("UPDATE operations SET lease_until_us = 0 WHERE id = ? AND lease_token = ?")
      .Int(lease.head.id.value())
      .Int(lease.token)
      .Run();
}

absl::Status RecordResults(Connection& db, const Lease& lease, int32_t items_done,
                           std::span<const IndexedResult> results, absl::Time now,
                           absl::Time lease_until) {
  ZT_ASSIGN_OR_RETURN(const Held held, ReadHeld(db, lease));
  if (held.items_done != items_done) return LostLease(lease.head.id);
  const std::string encoded = EncodeResults(results);
  ZT_RETURN_IF_ERROR(
      db.Use("INSERT INTO operation_results (operation, first_item, results) VALUES (?, ?, ?)")
          .Int(held.number)
          .Int(held.items_done)
          .Blob(encoded)
          .Run());
  int64_t succeeded = 0;
  for (const IndexedResult& result : results) {
    succeeded += result.result.outcome == Outcome::kSuccess ? 1 : 0;
  }
  const int64_t done = held.items_done + static_cast<int64_t>(results.size());
  Cursor update = db.Use(
      "UPDATE operations SET items_done = ?, succeeded = succeeded + ?, lease_until_us = ?, "
      "finished_us = ? WHERE number = ?");
  update.Int(done).Int(succeeded).Time(lease_until);
  if (done == held.items) {
    update.Time(now);
  } else {
    update.Null();
  }
  return update.Int(held.number).Run();
}

absl::Status CancelOperation(Connection& db, OperationId id, absl::Time now) {
  ZT_ASSIGN_OR_RETURN(const int64_t number, NumberOf(db, id));
  if (number == 0) return NoSuchOperation(id);
  // A new token, so that a chunk that is being run finds its lease lost.
  return db
      .Use(
          "UPDATE operations SET cancelled = 1, finished_us = ?, lease_until_us = 0, "
          "lease_token = lease_token + 1 WHERE number = ? AND finished_us IS NULL")
      .Time(now)
      .Int(number)
      .Run();
}

absl::Status DeleteOperation(Connection& db, OperationId id) {
  ZT_ASSIGN_OR_RETURN(const int64_t number, NumberOf(db, id));
  return number == 0 ? NoSuchOperation(id) : DeleteNumber(db, number);
}

absl::StatusOr<int64_t> SweepOperations(Connection& db, absl::Time before, int64_t limit) {
  std::vector<int64_t> numbers;
  {
    Cursor row = db.Use("SELECT number FROM operations WHERE finished_us < ? LIMIT ?");
    row.Time(before).Int(limit);
    while (row.Row()) numbers.push_back(row.IntAt(0));
    ZT_RETURN_IF_ERROR(row.status());
  }
  for (const int64_t number : numbers) ZT_RETURN_IF_ERROR(DeleteNumber(db, number));
  return static_cast<int64_t>(numbers.size());
}

absl::Status EndAllLeases(Connection& db) {
  return db.Run("UPDATE operations SET lease_until_us = 0 WHERE finished_us IS NULL");
}

}  // namespace zerotouch::store::sqlite
