// SPDX-License-Identifier: Apache-2.0
#include "store/changelog/chain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/encoding.h"
#include "store/changelog/block.h"

namespace zerotouch::store::changelog {
namespace {

// A log in memory, as a store would keep it.
struct TestLog : ChangelogReads {
  std::vector<StoredPart> parts;
  std::vector<ChainHead> heads;
  std::optional<StoredCheckpoint> kept;

  explicit TestLog(int chains = 1) {
    for (int i = 1; i <= chains; ++i) {
      heads.push_back({.chain = i, .height = 0, .last = 0, .hash = NoHash()});
    }
  }

  absl::StatusOr<std::vector<ChainHead>> ReadChainHeads() override { return heads; }
  // Reads on behind the part `after`, in any order in which a test puts them.
  absl::StatusOr<std::vector<StoredPart>> ReadParts(int64_t after, int64_t limit) override {
    auto from = parts.begin();
    if (after > 0) {
      from = std::find_if(parts.begin(), parts.end(),
                          [&](const StoredPart& each) { return each.first == after; });
      ++from;
    }
    const auto to = std::min(from + limit, parts.end());
    return std::vector<StoredPart>(from, to);
  }
  absl::StatusOr<std::optional<StoredPart>> FindPart(int64_t sequence) override {
    std::optional<StoredPart> found;
    for (const StoredPart& part : parts) {
      if (part.first <= sequence && (!found.has_value() || part.first > found->first)) found = part;
    }
    return found;
  }
  absl::StatusOr<std::optional<StoredCheckpoint>> FindCheckpoint(std::string_view hash) override {
    return kept.has_value() && kept->hash == hash ? kept : std::nullopt;
  }

  // Appends a block of one entry, or of several parts.
  void Append(int64_t chain, int64_t first, const std::string& resource, int parts_count = 1) {
    Block block;
    for (int i = 0; i < parts_count; ++i) {
      block.BeginPart(first + 10 * i);
      block.Add(ResourceEntry{.resource = resource, .before = "", .after = "{}"});
    }
    const FinishedBlock finished =
        block.Finish(absl::FromUnixSeconds(first), {.kind = ActorKind::kOperator});
    ChainHead& head = heads[static_cast<size_t>(chain - 1)];
    const std::string hash = BlockHash(head.hash, finished.digests);
    for (size_t i = 0; i < finished.parts.size(); ++i) {
      parts.push_back({.first = finished.firsts[i],
                       .chain = chain,
                       .height = head.height,
                       .hash = hash,
                       .bytes = finished.parts[i]});
    }
    head = {.chain = chain,
            .height = head.height + finished.entries,
            .last = finished.last,
            .hash = hash};
  }

  absl::Status Verify() { return VerifyLog(*this, std::nullopt).status(); }
  // Verifies the log, which keeps the checkpoint, against it.
  absl::Status Verify(const StoredCheckpoint& checkpoint) {
    kept = checkpoint;
    return VerifyLog(*this, Checkpoint{.height = checkpoint.height, .hash = checkpoint.hash})
        .status();
  }
};

TestLog FiveBlocks() {
  TestLog log;
  for (int i = 1; i <= 5; ++i) log.Append(1, i, "partners/" + std::to_string(i));
  return log;
}

void ExpectFault(TestLog log, const std::string& named) {
  const absl::Status status = log.Verify();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_NE(status.message().find(named), std::string::npos) << status;
}

TEST(Chain, EmptyLog_IsWhole) { EXPECT_EQ(TestLog().Verify(), absl::OkStatus()); }

TEST(Chain, LogAsWritten_IsWhole) { EXPECT_EQ(FiveBlocks().Verify(), absl::OkStatus()); }

TEST(Chain, EachAlteredByte_IsFoundInItsRow) {
  const TestLog whole = FiveBlocks();
  for (size_t i = 0; i < whole.parts[2].bytes.size(); ++i) {
    TestLog log = whole;
    log.parts[2].bytes[i] = static_cast<char>(log.parts[2].bytes[i] ^ 1);
    ExpectFault(log, "sequence 3");
  }
}

TEST(Chain, AlteredColumns_AreFound) {
  TestLog log = FiveBlocks();
  log.parts[1].hash[0] ^= 1;
  ExpectFault(log, "sequence 2");
  log = FiveBlocks();
  log.parts[1].height = 7;
  ExpectFault(log, "sequence 2");
  log = FiveBlocks();
  log.parts[1].chain = 2;
  ExpectFault(log, "sequence 2");
  log = FiveBlocks();
  log.heads[0].hash[3] ^= 1;
  ExpectFault(log, "head was altered");
  log = FiveBlocks();
  log.heads[0].last = 4;
  ExpectFault(log, "head was altered");
}

TEST(Chain, DroppedRows_AreFound) {
  TestLog log = FiveBlocks();
  log.parts.erase(log.parts.begin() + 2);
  ExpectFault(log, "sequence 4");
  log = FiveBlocks();
  log.parts.erase(log.parts.begin());
  ExpectFault(log, "sequence 2");
}

TEST(Chain, MissingTail_IsFound) {
  TestLog log = FiveBlocks();
  log.parts.pop_back();
  ExpectFault(log, "sequence 5: the end of chain 1 is missing");
  log.parts.clear();
  ExpectFault(log, "sequence 1: the end of chain 1 is missing");
}

TEST(Chain, AddedRows_AreFound) {
  TestLog other;
  for (int i = 1; i <= 6; ++i) other.Append(1, i, "partners/" + std::to_string(i));
  TestLog log = FiveBlocks();
  log.parts.push_back(other.parts[5]);
  ExpectFault(log, "rows were added");
  log = FiveBlocks();
  log.parts.insert(log.parts.begin() + 1, log.parts[0]);
  ExpectFault(log, "sequence 1");
}

TEST(Chain, RowsBeforeTheFirstSequence_AreFound) {
  TestLog log = FiveBlocks();
  log.parts.insert(log.parts.begin(), log.parts[2]);
  for (const int64_t first : {int64_t{0}, int64_t{-5}, std::numeric_limits<int64_t>::min()}) {
    log.parts[0].first = first;
    ExpectFault(log, "the row was added; sequences begin at 1");
  }
}

TEST(Chain, AlteredHeadOfAnEmptyChain_IsFound) {
  TestLog log = FiveBlocks();
  log.heads.push_back({.chain = 2, .height = 0, .last = 7, .hash = NoHash()});
  ExpectFault(log, "the end of chain 2 or its head was altered");
}

TEST(Chain, ReorderedRows_AreFound) {
  TestLog log = FiveBlocks();
  std::swap(log.parts[1], log.parts[2]);
  ExpectFault(log, "sequence 3");
  log = FiveBlocks();
  std::swap(log.parts[1].bytes, log.parts[2].bytes);
  ExpectFault(log, "sequence 2");
}

TEST(Chain, PartOfABlock_IsMissed) {
  TestLog whole;
  whole.Append(1, 1, "partners/1", 3);
  whole.Append(1, 41, "partners/2", 2);
  EXPECT_EQ(whole.Verify(), absl::OkStatus());
  for (size_t i = 0; i < whole.parts.size(); ++i) {
    TestLog log = whole;
    log.parts.erase(log.parts.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_TRUE(absl::IsDataLoss(log.Verify())) << i;
  }
}

TEST(Chain, RewrittenLog_IsWhole_ButNotAgainstACheckpoint) {
  TestLog log = FiveBlocks();
  const StoredCheckpoint checkpoint = CheckpointOf(log.heads, absl::UnixEpoch());
  EXPECT_EQ(checkpoint.height, 5);
  EXPECT_EQ(checkpoint.hash, log.heads[0].hash);
  EXPECT_EQ(log.Verify(checkpoint), absl::OkStatus());
  log.Append(1, 6, "partners/6");
  EXPECT_EQ(log.Verify(checkpoint), absl::OkStatus());

  TestLog rewritten;
  for (int i = 1; i <= 6; ++i) rewritten.Append(1, i, i == 2 ? "partners/9" : "partners/1");
  EXPECT_EQ(rewritten.Verify(), absl::OkStatus());
  EXPECT_TRUE(absl::IsDataLoss(rewritten.Verify(checkpoint)));
  TestLog shorter;
  for (int i = 1; i <= 4; ++i) shorter.Append(1, i, "partners/" + std::to_string(i));
  EXPECT_EQ(shorter.Verify(), absl::OkStatus());
  EXPECT_TRUE(absl::IsDataLoss(shorter.Verify(checkpoint)));
}

TestLog ThreeChains() {
  TestLog log(3);
  for (int i = 1; i <= 9; ++i) log.Append(1 + i % 3, i, "partners/" + std::to_string(i));
  return log;
}

TEST(Chain, SeveralChains_AreJoinedByACheckpoint) {
  TestLog log = ThreeChains();
  const StoredCheckpoint checkpoint = CheckpointOf(log.heads, absl::UnixEpoch());
  EXPECT_EQ(checkpoint.height, 9);
  EXPECT_EQ(checkpoint.hash, crypto::Sha256(checkpoint.heads));
  log.Append(2, 10, "partners/10");
  EXPECT_EQ(log.Verify(checkpoint), absl::OkStatus());

  // Rewrites one chain only.
  TestLog rewritten(3);
  for (int i = 1; i <= 10; ++i) {
    rewritten.Append(1 + i % 3, i, i == 5 ? "partners/0" : "partners/" + std::to_string(i));
  }
  EXPECT_EQ(rewritten.Verify(), absl::OkStatus());
  EXPECT_TRUE(absl::IsDataLoss(rewritten.Verify(checkpoint)));
  // Without what the log keeps of the checkpoint it cannot be told.
  log.kept.reset();
  EXPECT_TRUE(
      absl::IsDataLoss(VerifyLog(log, Checkpoint{.height = 9, .hash = checkpoint.hash}).status()));
}

TEST(Chain, DroppedChain_IsFound) {
  TestLog log = ThreeChains();
  std::erase_if(log.parts, [](const StoredPart& part) { return part.chain == 2; });
  EXPECT_TRUE(absl::IsDataLoss(log.Verify()));
  log.heads.erase(log.heads.begin() + 1);
  ExpectFault(log, "the head of chain 2 was dropped");
}

}  // namespace
}  // namespace zerotouch::store::changelog
