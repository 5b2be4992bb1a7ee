// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <iterator>
#include <utility>
#include <vector>

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
// that ends before these blocks' sequences, so that the sequences of each chain grow.
absl::Status PostgresTransaction::AppendBlocks(std::span<const changelog::FinishedBlock> blocks) {
  std::vector<int64_t> entries;
  std::vector<std::string> digests;
  std::vector<int64_t> firsts;
  std::vector<int64_t> numbers;  // of the block of each part, from 1
  std::vector<std::string> parts;
  for (const changelog::FinishedBlock& block : blocks) {
    entries.push_back(block.entries);
    digests.push_back(block.digests);
    firsts.insert(firsts.end(), block.firsts.begin(), block.firsts.end());
    numbers.insert(numbers.end(), block.firsts.size(), std::ssize(entries));
    parts.insert(parts.end(), block.parts.begin(), block.parts.end());
  }
  // `blocks` has the height before each block and its end; number 0 is the end of the chain.
  // Divides by zero, which is a conflict, if every chain is being appended to.
  db_.Queue(Query("WITH RECURSIVE head AS (SELECT chain, height, hash FROM log_heads "
                  "WHERE last < $1 ORDER BY chain LIMIT 1 FOR UPDATE SKIP LOCKED), "
                  "blocks AS (SELECT 0 AS number, chain, 0::bigint AS height, "
                  "height AS end_height, hash FROM head UNION ALL "
                  "SELECT number + 1, chain, end_height, end_height + ($3::bigint[])[number + 1], "
                  "sha256(hash || ($4::bytea[])[number + 1]) FROM blocks "
                  "WHERE number < cardinality($3)), "
                  "moved AS (UPDATE log_heads h SET height = b.end_height, last = $2, "
                  "hash = b.hash FROM blocks b "
                  "WHERE b.number = cardinality($3) AND h.chain = b.chain), "
                  "added AS (INSERT INTO log_parts (first, chain, height, hash, part) "
                  "SELECT u.first, b.chain, b.height, b.hash, u.part FROM blocks b JOIN "
                  "unnest($5::bigint[], $6::bigint[], $7::bytea[]) AS u(first, number, part) "
                  "ON b.number = u.number RETURNING 1) "
                  "SELECT 1 / (count(*) = cardinality($5))::integer FROM added")
                .Int(firsts.front())
                .Int(blocks.back().last)
                .Ints(entries)
                .Blobs(digests)
                .Ints(firsts)
                .Ints(numbers)
                .Blobs(parts));
  return absl::OkStatus();
}

}  // namespace zerotouch::store::postgres
