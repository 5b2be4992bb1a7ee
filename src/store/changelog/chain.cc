// SPDX-License-Identifier: Apache-2.0
#include "store/changelog/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "crypto/encoding.h"
#include "store/changelog/codec.h"

namespace zerotouch::store::changelog {
namespace {

constexpr size_t kHashBytes = 32;
constexpr size_t kEncodedHeadBytes = 16 + kHashBytes;

// A checkpoint whose chain is not known: the log had one chain with entries.
constexpr int64_t kAnyChain = 0;

void AppendNumber(int64_t value, std::string& out) {
  for (int i = 0; i < 8; ++i) {
    out.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
  }
}

int64_t NumberAt(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) {
    value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  }
  return static_cast<int64_t>(value);
}

template <class... Args>
absl::Status Fault(fmt::format_string<Args...> format, Args&&... args) {
  return absl::DataLossError(fmt::format(format, std::forward<Args>(args)...));
}

// Decodes StoredCheckpoint::heads: for each chain its number, its height (8 bytes each,
// little-endian) and its hash (32 bytes). `last` is not set. DATA_LOSS if damaged.
absl::StatusOr<std::vector<ChainHead>> DecodeHeads(std::string_view bytes) {
  if (bytes.size() % kEncodedHeadBytes != 0) {
    return absl::DataLossError("a checkpoint of the log is damaged");
  }
  std::vector<ChainHead> heads;
  for (; !bytes.empty(); bytes.remove_prefix(kEncodedHeadBytes)) {
    heads.push_back({.chain = NumberAt(bytes),
                     .height = NumberAt(bytes.substr(8)),
                     .hash = std::string(bytes.substr(16, kHashBytes))});
  }
  return heads;
}

// Verifies a log while its parts pass by, in the order of their first sequences.
class Verifier {
 public:
  // `heads` are those kept beside the chains.
  explicit Verifier(std::vector<ChainHead> heads);

  // Also verifies that the chains passed through the heads that `checkpoint` stands for.
  // `stored` is the checkpoint with this hash that the log keeps, if it keeps one.
  absl::Status Against(const Checkpoint& checkpoint, const std::optional<StoredCheckpoint>& stored);

  absl::Status Add(const StoredPart& part);
  absl::Status Finish() const;

  int64_t entries() const { return entries_; }

 private:
  // A chain up to the last block that passed.
  struct Chain {
    int64_t height = 0;
    int64_t last = 0;
    std::string hash;
    // The block whose parts pass by: what is known of it, and the first sequence of the part
    // that must come next; 0 between blocks.
    int64_t next = 0;
    std::string digests;
    int64_t entries = 0;
    std::string block_hash;
  };

  absl::Status EndBlock(const StoredPart& part, Chain& chain);
  // Ticks off what the checkpoint says of the chain.
  void Tick(int64_t number, const Chain& chain);

  const std::vector<ChainHead> heads_;
  std::map<int64_t, Chain> chains_;
  int64_t entries_ = 0;
  // The heads of the checkpoint that no chain has passed through yet.
  std::vector<ChainHead> expected_;
};

Verifier::Verifier(std::vector<ChainHead> heads) : heads_(std::move(heads)) {
  for (const ChainHead& head : heads_) chains_[head.chain].hash = NoHash();
}

absl::Status Verifier::Against(const Checkpoint& checkpoint,
                               const std::optional<StoredCheckpoint>& stored) {
  expected_.clear();
  if (checkpoint.height == 0 && checkpoint.hash == NoHash()) return absl::OkStatus();
  if (stored.has_value() && crypto::Sha256(stored->heads) == checkpoint.hash) {
    ZT_ASSIGN_OR_RETURN(expected_, DecodeHeads(stored->heads));
    int64_t height = 0;
    for (const ChainHead& head : expected_) height += head.height;
    if (height == checkpoint.height) return absl::OkStatus();
    return Fault("the checkpoint has height {}, and the one with its hash has {}",
                 checkpoint.height, height);
  }
  expected_ = {{.chain = kAnyChain, .height = checkpoint.height, .hash = checkpoint.hash}};
  return absl::OkStatus();
}

void Verifier::Tick(int64_t number, const Chain& chain) {
  std::erase_if(expected_, [&](const ChainHead& head) {
    return (head.chain == number || head.chain == kAnyChain) && head.height == chain.height &&
           head.hash == chain.hash;
  });
}

absl::Status Verifier::Add(const StoredPart& part) {
  const auto found = chains_.find(part.chain);
  if (found == chains_.end()) {
    return Fault("sequence {}: its chain {} has no head; the row was added, or the head dropped",
                 part.first, part.chain);
  }
  Chain& chain = found->second;
  if (chain.next != 0 && part.first != chain.next) {
    return Fault(
        "sequence {}: the row was altered, or the next part of its block, sequence {} of chain {}, "
        "was dropped or moved",
        chain.last, chain.next, part.chain);
  }
  if (part.height != chain.height) {
    return Fault(
        "sequence {}: the block begins at height {} of chain {}, where height {} comes next; rows "
        "were dropped, added or moved before it",
        part.first, part.height, part.chain, chain.height);
  }
  const absl::StatusOr<PartHead> head = DecodePartHead(part.bytes);
  if (!head.ok() || head->first != part.first || (head->next != 0 && head->next <= part.first) ||
      head->entries == 0) {
    return Fault("sequence {}: the row was altered or moved", part.first);
  }
  if (chain.next == 0) chain.block_hash = part.hash;
  if (part.hash != chain.block_hash) {
    return Fault("sequence {}: the row was altered: its hash is not that of its block", part.first);
  }
  chain.digests += crypto::Sha256(part.bytes);
  chain.entries += static_cast<int64_t>(head->entries);
  chain.last = part.first + static_cast<int64_t>(head->entries) - 1;
  chain.next = head->next;
  entries_ += static_cast<int64_t>(head->entries);
  return chain.next == 0 ? EndBlock(part, chain) : absl::OkStatus();
}

absl::Status Verifier::EndBlock(const StoredPart& part, Chain& chain) {
  const std::string hash = BlockHash(chain.hash, chain.digests);
  if (hash != chain.block_hash) {
    return Fault(
        "sequence {}: the block does not have its hash, or does not follow the one before it in "
        "chain {}; it was altered, or rows were dropped, added or moved before it",
        part.first, part.chain);
  }
  chain.hash = hash;
  chain.height += chain.entries;
  chain.digests.clear();
  chain.entries = 0;
  Tick(part.chain, chain);
  return absl::OkStatus();
}

absl::Status Verifier::Finish() const {
  int64_t expected_chain = 1;
  for (const ChainHead& head : heads_) {
    if (head.chain != expected_chain) {
      return Fault("the head of chain {} was dropped", expected_chain);
    }
    ++expected_chain;
    const Chain& chain = chains_.at(head.chain);
    if (chain.next != 0) {
      return Fault("sequence {}: the end of chain {} is missing", chain.next, head.chain);
    }
    if (head.height > chain.height) {
      return Fault(
          "sequence {}: the end of chain {} is missing: it has {} entries, and its head says {}",
          chain.last + 1, head.chain, chain.height, head.height);
    }
    if (head.height < chain.height) {
      return Fault(
          "sequence {}: rows were added to the end of chain {}, or its head was altered: it has {} "
          "entries, and its head says {}",
          chain.last, head.chain, chain.height, head.height);
    }
    if (head.hash != chain.hash || head.last != chain.last) {
      return Fault("sequence {}: the end of chain {} or its head was altered", chain.last,
                   head.chain);
    }
  }
  if (expected_.empty()) return absl::OkStatus();
  const ChainHead& missing = expected_[0];
  const bool is_any = missing.chain == kAnyChain;
  // The heads of a checkpoint of several chains are known from the log alone.
  return Fault(
      "the log was rewritten since the checkpoint{}: {} never had the hash {} at height {}",
      is_any && heads_.size() > 1 ? ", or the row that it keeps of the checkpoint was dropped" : "",
      is_any ? std::string("it") : fmt::format("its chain {}", missing.chain),
      absl::BytesToHexString(missing.hash), missing.height);
}

}  // namespace

std::string NoHash() { return std::string(kHashBytes, '\0'); }

std::string BlockHash(std::string_view previous, std::string_view digests) {
  std::string bytes(previous);
  bytes += digests;
  return crypto::Sha256(bytes);
}

StoredCheckpoint CheckpointOf(std::span<const ChainHead> heads, absl::Time time) {
  StoredCheckpoint checkpoint{.hash = NoHash(), .time = time, .heads = {}};
  for (const ChainHead& head : heads) {
    if (head.height == 0) continue;
    checkpoint.height += head.height;
    checkpoint.hash = head.hash;
    AppendNumber(head.chain, checkpoint.heads);
    AppendNumber(head.height, checkpoint.heads);
    checkpoint.heads += head.hash;
  }
  if (checkpoint.heads.size() > kEncodedHeadBytes) {
    checkpoint.hash = crypto::Sha256(checkpoint.heads);
  }
  return checkpoint;
}

absl::StatusOr<int64_t> VerifyLog(ChangelogReads& log,
                                  const std::optional<Checkpoint>& checkpoint) {
  ZT_ASSIGN_OR_RETURN(std::vector<ChainHead> heads, log.ReadChainHeads());
  Verifier verifier(std::move(heads));
  if (checkpoint.has_value()) {
    ZT_ASSIGN_OR_RETURN(const auto stored, log.FindCheckpoint(checkpoint->hash));
    ZT_RETURN_IF_ERROR(verifier.Against(*checkpoint, stored));
  }
  ZT_ASSIGN_OR_RETURN(const std::optional<StoredPart> before, log.FindPart(0));
  if (before.has_value()) {
    return Fault("sequence {}: the row was added; sequences begin at 1", before->first);
  }
  for (int64_t after = 0;;) {
    ZT_ASSIGN_OR_RETURN(const std::vector<StoredPart> parts,
                        log.ReadParts(after, limits::kLogPartsAtOnce));
    if (parts.empty()) break;
    for (const StoredPart& part : parts) ZT_RETURN_IF_ERROR(verifier.Add(part));
    after = parts.back().first;
  }
  ZT_RETURN_IF_ERROR(verifier.Finish());
  return verifier.entries();
}

}  // namespace zerotouch::store::changelog
