// SPDX-License-Identifier: Apache-2.0
#include "base/status_macros.h"
#include "store/changelog/chain.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {
namespace {

// The chain that a file appends to.
constexpr int64_t kChain = 1;

}  // namespace

absl::StatusOr<std::vector<ChainHead>> SqliteTransaction::ReadChainHeads() {
  Cursor cursor = db_.Use(kSql<"SELECT ", kHeadColumns, " FROM log_heads ORDER BY chain">);
  ZT_ASSIGN_OR_RETURN(std::vector<ChainHead> heads, ReadAll(cursor, ReadHead<RowReader>));
  if (heads.empty()) return ChainHeadLost();
  return heads;
}

absl::StatusOr<std::vector<StoredPart>> SqliteTransaction::ReadParts(int64_t after, int64_t limit) {
  Cursor cursor = db_.Use(
      kSql<"SELECT ", kPartColumns, " FROM log_parts WHERE first > ? ORDER BY first LIMIT ?">);
  cursor.Int(after).Int(limit);
  return ReadAll(cursor, ReadPart<RowReader>);
}

absl::StatusOr<std::optional<StoredPart>> SqliteTransaction::FindPart(int64_t sequence) {
  Cursor cursor = db_.Use(kSql<"SELECT ", kPartColumns,
                               " FROM log_parts WHERE first <= ? ORDER BY first DESC LIMIT 1">);
  cursor.Int(sequence);
  return ReadOne(cursor, ReadPart<RowReader>);
}

absl::StatusOr<std::optional<StoredCheckpoint>> SqliteTransaction::FindCheckpoint(
    std::string_view hash) {
  Cursor cursor =
      db_.Use(kSql<"SELECT ", kCheckpointColumns, " FROM log_checkpoints WHERE hash = ?">);
  cursor.Bytes(hash);
  return ReadOne(cursor, ReadCheckpoint<RowReader>);
}

absl::Status SqliteTransaction::AddCheckpoint(const StoredCheckpoint& checkpoint) {
  return db_
      .Use(kSql<"INSERT INTO log_checkpoints (", kCheckpointColumns,
                ") VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING">)
      .Bytes(checkpoint.hash)
      .Int(checkpoint.height)
      .Time(checkpoint.time)
      .Bytes(checkpoint.heads)
      .Run();
}

// Sequences have no gaps, except after those of a database that was moved into the file.
absl::StatusOr<int64_t> SqliteTransaction::NextPart() {
  if (const int64_t end = EndSequence(); end > 0) return end;
  ZT_ASSIGN_OR_RETURN(const int64_t last, ReadInt(db_, "SELECT max(last) FROM log_heads"));
  return last + 1;
}

absl::Status SqliteTransaction::AppendBlocks(std::span<const changelog::FinishedBlock> blocks) {
  for (const changelog::FinishedBlock& block : blocks) ZT_RETURN_IF_ERROR(AppendBlock(block));
  return absl::OkStatus();
}

absl::Status SqliteTransaction::AppendBlock(const changelog::FinishedBlock& block) {
  std::optional<ChainHead> head;
  {
    Cursor cursor = db_.Use(kSql<"SELECT ", kHeadColumns, " FROM log_heads WHERE chain = ?">);
    cursor.Int(kChain);
    ZT_ASSIGN_OR_RETURN(head, ReadOne(cursor, ReadHead<RowReader>));
  }
  if (!head.has_value()) return ChainHeadLost();
  const std::string hash = changelog::BlockHash(head->hash, block.digests);
  Cursor insert =
      db_.Use(kSql<"INSERT INTO log_parts (", kPartColumns, ") VALUES (?, ?, ?, ?, ?)">);
  for (size_t i = 0; i < block.parts.size(); ++i) {
    insert.Reset();
    ZT_RETURN_IF_ERROR(insert.Int(block.firsts[i])
                           .Int(kChain)
                           .Int(head->height)
                           .Bytes(hash)
                           .Bytes(block.parts[i])
                           .Run());
  }
  return db_.Use("UPDATE log_heads SET height = ?, last = ?, hash = ? WHERE chain = ?")
      .Int(head->height + block.entries)
      .Int(block.last)
      .Bytes(hash)
      .Int(kChain)
      .Run();
}

}  // namespace zerotouch::store::sqlite
