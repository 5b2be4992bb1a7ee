// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_CHANGELOG_BLOCK_H_
#define ZEROTOUCH_STORE_CHANGELOG_BLOCK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/check.h"
#include "base/limits.h"
#include "store/actor.h"
#include "store/changelog/codec.h"
#include "store/changelog/entry.h"

namespace zerotouch::store::changelog {

// A block as it is stored.
struct FinishedBlock {
  std::vector<int64_t> firsts;     // the first sequence of each part
  std::vector<std::string> parts;  // their bytes
  std::string digests;             // SHA-256 of each part, one after the other
  int64_t entries = 0;
  int64_t last = 0;  // the sequence of the last entry
};

// The block of a transaction, while entries are added. For one thread.
class Block {
 public:
  bool empty() const { return parts_.empty(); }
  // Returns the first sequence of the block; 0 if it is empty.
  int64_t first() const { return empty() ? 0 : parts_.front().first(); }
  // Returns the sequence after its last entry. Must not be empty.
  int64_t end() const { return parts_.back().first() + static_cast<int64_t>(parts_.back().size()); }

  // Returns the first sequence of the part that has the entry, which must be of this block.
  int64_t PartOf(int64_t sequence) const {
    int64_t first = 0;
    for (const PartEncoder& part : parts_) {
      if (part.first() <= sequence) first = part.first();
    }
    return first;
  }

  // Returns true if BeginPart must be called before the next entry is added.
  bool NeedsPart() const {
    return parts_.empty() || parts_.back().size() == limits::kLogPartEntries;
  }
  // Begins a part. `first` is above every sequence of the block, and the next
  // limits::kLogPartEntries sequences are the block's alone.
  void BeginPart(int64_t first) { parts_.emplace_back(first); }

  // Adds an entry and returns its sequence.
  template <class Entry>
  int64_t Add(const Entry& entry) {
    ZT_CHECK(!NeedsPart(), "an entry of the log has no part");
    return parts_.back().Add(entry);
  }

  // Must not be empty.
  FinishedBlock Finish(absl::Time time, const Actor& actor) const;

 private:
  std::vector<PartEncoder> parts_;
};

}  // namespace zerotouch::store::changelog

#endif  // ZEROTOUCH_STORE_CHANGELOG_BLOCK_H_
