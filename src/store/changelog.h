// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_CHANGELOG_H_
#define ZEROTOUCH_STORE_CHANGELOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

// The log of changes as a store keeps it (changelog/entry.h says what is in it). Blocks form
// chains: the hash of a block is SHA-256(hash of the block before in its chain || SHA-256 of
// each of its parts). The head of each chain is kept beside it. SQLite has one chain; on
// PostgreSQL each transaction appends to a chain that no other one is appending to.
namespace zerotouch::store {

struct ChainHead {
  int64_t chain = 0;   // from 1
  int64_t height = 0;  // entries in the chain
  int64_t last = 0;    // the sequence of its last entry
  std::string hash;    // of its last block; 32 zero bytes if it is empty
};

// A row of the log. `chain`, `height` and `hash` are the same for all parts of a block.
struct StoredPart {
  int64_t first = 0;  // the sequence of its first entry
  int64_t chain = 0;
  int64_t height = 0;  // entries in the chain before the block
  std::string hash;    // of the block
  std::string bytes;   // changelog/codec.h
};

// The heads of all chains at one moment, and the hash that stands for them.
struct StoredCheckpoint {
  std::string hash;
  int64_t height = 0;  // entries in all chains
  absl::Time time;
  std::string heads;  // changelog/chain.h
};

class ChangelogReads {
 public:
  virtual ~ChangelogReads() = default;
  // Reads the head of every chain, ascending by chain.
  virtual absl::StatusOr<std::vector<ChainHead>> ReadChainHeads() = 0;
  // Reads parts whose first sequence is above `after`, ascending; at most `limit`.
  virtual absl::StatusOr<std::vector<StoredPart>> ReadParts(int64_t after, int64_t limit) = 0;
  // Returns the part with the largest first sequence up to `sequence`; nullopt if every
  // part begins after it.
  virtual absl::StatusOr<std::optional<StoredPart>> FindPart(int64_t sequence) = 0;
  // Returns the checkpoint with the hash; nullopt if it was not kept.
  virtual absl::StatusOr<std::optional<StoredCheckpoint>> FindCheckpoint(std::string_view hash) = 0;
};

class ChangelogWrites {
 public:
  virtual ~ChangelogWrites() = default;
  // Keeps a checkpoint, so that a log with several chains can be verified against it. Does
  // nothing if it is kept already. It is no change, and has no entry.
  virtual absl::Status AddCheckpoint(const StoredCheckpoint& checkpoint) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_CHANGELOG_H_
