// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_CHUNK_SIZE_H_
#define ZEROTOUCH_BATCH_CHUNK_SIZE_H_

#include <algorithm>
#include <cstddef>

#include "absl/time/time.h"

namespace zerotouch::batch {

// Chooses the number of items of the next chunk of an operation, so that the chunk
// takes about the target time. Larger chunks write shared pages less often; smaller
// ones let other writers in sooner.
class ChunkSize {
 public:
  explicit ChunkSize(absl::Duration target) : target_(target) {}

  // Returns the number of items of the next chunk.
  size_t next() const { return next_; }

  // Reports that a chunk of `items` took `elapsed`.
  void Ran(size_t items, absl::Duration elapsed) {
    const double ratio = absl::FDivDuration(target_, std::max(elapsed, absl::Microseconds(1)));
    const auto fitting = static_cast<size_t>(static_cast<double>(items) * std::min(ratio, 1e3));
    // At most doubled or halved, so that a single slow chunk has a limited effect.
    next_ = std::clamp(fitting, next_ / 2, next_ * 2);
    next_ = std::clamp(next_, kSmallest, kLargest);
  }

 private:
  static constexpr size_t kSmallest = 100;
  static constexpr size_t kLargest = 20'000;

  const absl::Duration target_;
  size_t next_ = 1'000;
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_CHUNK_SIZE_H_
