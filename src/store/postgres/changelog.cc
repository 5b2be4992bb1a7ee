// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "base/status_macros.h"
#include "store/changelog/chain.h"
#include "store/columns.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {
namespace {

// The chains that the schema makes.
constexpr int64_t kChains = 64;

}  // namespace

absl::StatusOr<std::vector<ChainHead>> PostgresTransaction::ReadChainHeads() {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kHeadColumns, " FROM log_heads ORDER BY chain">)));
  std::vector<ChainHead> heads = ReadAll(rows, ReadHead<RowReader>);
  int64_t expected = 1;
  for (const ChainHead& head : heads) {
    if (head.chain == expected) ++expected;
  }
  if (expected > kChains) return heads;
  return absl::DataLossError(fmt::format("the head of chain {} was dropped", expected));
}

absl::StatusOr<std::vector<StoredPart>> PostgresTransaction::ReadParts(int64_t after,
                                                                       int64_t limit) {
  ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(Query(kSql<"SELECT ", kPartColumns,
                                                          " FROM log_parts WHERE first > $1 "
                                                          "ORDER BY first LIMIT $2">)
                                                   .Int(after)
                                                   .Int(limit)));
  return ReadAll(rows, ReadPart<RowReader>);
}

absl::StatusOr<std::optional<StoredPart>> PostgresTransaction::FindPart(int64_t sequence) {
  ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(Query(kSql<"SELECT ", kPartColumns,
                                                          " FROM log_parts WHERE first <= $1 "
                                                          "ORDER BY first DESC LIMIT 1">)
                                                   .Int(sequence)));
  return ReadOne(rows, ReadPart<RowReader>);
}

absl::StatusOr<std::optional<StoredCheckpoint>> PostgresTransaction::FindCheckpoint(
    std::string_view hash) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kCheckpointColumns, " FROM log_checkpoints WHERE hash = $1">)
                  .Bytes(hash)));
  return ReadOne(rows, ReadCheckpoint<RowReader>);
}

absl::Status PostgresTransaction::AddCheckpoint(const StoredCheckpoint& checkpoint) {
  return db_
      .Run(Query(kSql<"INSERT INTO log_checkpoints (", kCheckpointColumns,
                      ") VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING">)
               .Bytes(checkpoint.hash)
               .Int(checkpoint.height)
               .Time(checkpoint.time)
               .Bytes(checkpoint.heads))
      .status();
}

Query PostgresTransaction::ReserveParts(size_t parts) {
  return Query(
             "SELECT nextval('log_sequences'), EXISTS (SELECT 1 FROM webhooks) "
             "FROM generate_series(1, $1)")
      .Int(static_cast<int64_t>(parts));
}

void PostgresTransaction::TakeParts(const Rows& rows) {
  parts_.clear();
  for (RowReader row : rows) {
    parts_.push_back(row.Int());
    has_webhooks_ = row.Flag();
  }
}

absl::StatusOr<int64_t> PostgresTransaction::NextPart() {
  if (parts_.empty()) {
    ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(ReserveParts(actors())));
    TakeParts(rows);
  }
  const int64_t first = parts_.front();
  parts_.pop_front();
  return first;
}

// One statement, sent with the changes. It takes a chain that no transaction has locked, and
// that ends before this block's sequences, so that the sequences of each chain grow.
absl::Status PostgresTransaction::AppendBlock(const changelog::FinishedBlock& block) {
  // Divides by zero, which is a conflict, if every chain is being appended to.
  db_.Queue(Query("WITH moved AS (UPDATE log_heads h SET height = h.height + $2, last = $3, "
                  "hash = sha256(h.hash || $4) WHERE h.chain = (SELECT chain FROM log_heads "
                  "WHERE last < $1 ORDER BY chain LIMIT 1 FOR UPDATE SKIP LOCKED) "
                  "RETURNING h.chain, h.height - $2 AS height, h.hash), "
                  "added AS (INSERT INTO log_parts (first, chain, height, hash, part) "
                  "SELECT u.first, m.chain, m.height, m.hash, u.part FROM moved m, "
                  "unnest($5::bigint[], $6::bytea[]) AS u(first, part) RETURNING 1) "
                  "SELECT 1 / (count(*) = cardinality($5))::integer FROM added")
                .Int(block.firsts.front())
                .Int(block.entries)
                .Int(block.last)
                .Bytes(block.digests)
                .Ints(block.firsts)
                .Blobs(block.parts));
  return absl::OkStatus();
}

}  // namespace zerotouch::store::postgres
