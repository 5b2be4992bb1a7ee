// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_CHANGELOG_CHAIN_H_
#define ZEROTOUCH_STORE_CHANGELOG_CHAIN_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/changelog.h"

namespace zerotouch::store::changelog {

// The hash before the first block of a chain: 32 zero bytes.
std::string NoHash();

// Returns the hash of a block: of `previous`, the hash of the block before it, and the
// SHA-256 digests of its parts.
std::string BlockHash(std::string_view previous, std::string_view digests);

// Returns the checkpoint of the heads, which are ascending by chain. Its hash is that of the
// head if only one chain has entries, else SHA-256(heads); chains without entries are left
// out.
StoredCheckpoint CheckpointOf(std::span<const ChainHead> heads, absl::Time time);

// Decodes StoredCheckpoint::heads: for each chain its number, its height (8 bytes each,
// little-endian) and its hash (32 bytes). `last` is not set. DATA_LOSS if damaged.
absl::StatusOr<std::vector<ChainHead>> DecodeHeads(std::string_view bytes);

// A checkpoint that was kept elsewhere.
struct Checkpoint {
  int64_t height = 0;
  std::string hash;
};

// Verifies a log while its parts pass by, in the order of their first sequences. Holds a few
// numbers for each chain, and nothing of the entries. For one thread.
class Verifier {
 public:
  // `heads` are those kept beside the chains.
  explicit Verifier(std::vector<ChainHead> heads);

  // Also verifies that the chains passed through the heads that `checkpoint` stands for.
  // `stored` is the checkpoint with this hash that the log keeps, if it keeps one.
  absl::Status Against(const Checkpoint& checkpoint, const std::optional<StoredCheckpoint>& stored);

  // Each returns DATA_LOSS, which names the first fault: its sequence, the chain, and what is
  // wrong.
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
  std::optional<Checkpoint> checkpoint_;
  // The heads of the checkpoint that no chain has passed through yet.
  std::vector<ChainHead> expected_;
};

}  // namespace zerotouch::store::changelog

#endif  // ZEROTOUCH_STORE_CHANGELOG_CHAIN_H_
