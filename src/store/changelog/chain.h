// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_CHANGELOG_CHAIN_H_
#define ZEROTOUCH_STORE_CHANGELOG_CHAIN_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
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

// A checkpoint that was kept elsewhere.
struct Checkpoint {
  int64_t height = 0;
  std::string hash;
};

// Verifies the whole log and returns the number of its entries; with a checkpoint, also that
// the chains passed through the heads for which it stands. Reads the log once, some parts at
// a time, and holds a few numbers for each chain. Returns DATA_LOSS, which names the first
// fault: its sequence, the chain, and what is wrong.
absl::StatusOr<int64_t> VerifyLog(ChangelogReads& log, const std::optional<Checkpoint>& checkpoint);

}  // namespace zerotouch::store::changelog

#endif  // ZEROTOUCH_STORE_CHANGELOG_CHAIN_H_
