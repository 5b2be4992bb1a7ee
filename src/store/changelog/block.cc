// SPDX-License-Identifier: Apache-2.0
#include "store/changelog/block.h"

#include "crypto/encoding.h"

namespace zerotouch::store::changelog {

FinishedBlock Block::Finish(absl::Time time, const Actor& actor) const {
  FinishedBlock block;
  for (size_t i = 0; i < parts_.size(); ++i) {
    const PartEncoder& part = parts_[i];
    const int64_t next = i + 1 < parts_.size() ? parts_[i + 1].first() : 0;
    block.firsts.push_back(part.first());
    block.parts.push_back(part.Finish(next, time, actor));
    block.digests += crypto::Sha256(block.parts.back());
    block.entries += static_cast<int64_t>(part.size());
  }
  block.last = end() - 1;
  return block;
}

}  // namespace zerotouch::store::changelog
