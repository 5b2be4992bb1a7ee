// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_THROTTLE_H_
#define ZEROTOUCH_BATCH_THROTTLE_H_

#include <algorithm>
#include <cstddef>

#include "absl/time/time.h"

namespace zerotouch::batch {

// Limits a run to a number of items per second.
class Throttle {
 public:
  Throttle(double items_per_second, absl::Time start) : rate_(items_per_second), start_(start) {}

  bool IsOn() const { return rate_ > 0; }
  double rate() const { return rate_; }

  size_t Limit(size_t items) const {
    if (rate_ <= 0) return items;
    // Ten chunks per second are enough to show progress.
    return std::min(items, std::max<size_t>(1, static_cast<size_t>(rate_ / 10)));
  }

  // Returns how long to wait at `now` after `items` have run since the start.
  absl::Duration Ahead(size_t items, absl::Time now) const {
    if (rate_ <= 0) return absl::ZeroDuration();
    return start_ + absl::Seconds(static_cast<double>(items) / rate_) - now;
  }

 private:
  double rate_;
  absl::Time start_;
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_THROTTLE_H_
