// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_RETENTION_H_
#define ZEROTOUCH_BATCH_RETENTION_H_

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/time.h"

namespace zerotouch::batch {

// Decides how far time has really passed for stored operations, whose times are those of
// a wall clock that somebody may set.
//
// The registry holds a mark. An operation is old enough to be deleted if it finished 30
// days before the mark. The mark is never ahead of the wall clock, and between two
// sweeps of a process it moves on by at most kPace times the time that the process
// measured. So if the wall clock jumps ahead, the mark follows slowly, and an operation
// is kept for at least 30 days / kPace of running time, whatever was done to the clock.
// If the wall clock goes back, even for a moment, the mark goes back with it, because
// operations that finish then look old later. If no server runs for a while, the mark
// stays behind and catches up afterwards.
//
// Processes that share a registry do not add up: each moves the mark relative to where it
// was at its own last sweep. A process that has just started does not move it.
class RetentionClock {
 public:
  static constexpr int kPace = 2;

  struct Moment {
    absl::Time wall;
    absl::Duration steady;  // Clock::Steady
  };

  // Notes the wall clock between two sweeps. The more often, the better.
  void Observe(const Moment& now) { Lower(OffsetOf(now)); }

  // Returns the new mark. `stored` is the mark of the registry or, if it has none, when
  // its newest finished operation finished.
  absl::Time MarkAt(const Moment& now, std::optional<absl::Time> stored) const {
    const absl::Time limit = absl::UnixEpoch() + now.steady + std::min(lowest_, OffsetOf(now));
    absl::Time mark = stored.value_or(limit);
    if (last_.has_value()) {
      mark = std::max(mark, last_->wall + kPace * (now.steady - last_->steady));
    }
    return std::min(mark, limit);
  }

  // Take the observations out, and put them back if their mark was not stored.
  absl::Duration TakeLowest() { return std::exchange(lowest_, absl::InfiniteDuration()); }
  void Lower(absl::Duration offset) { lowest_ = std::min(lowest_, offset); }

  // Remembers the mark that was stored at a moment, for the next sweep.
  void Keep(const Moment& now, absl::Time mark) {
    last_ = Moment{.wall = mark, .steady = now.steady};
  }

 private:
  // Returns how far the wall clock is ahead of the monotonic one, which changes only if
  // the wall clock is set.
  static absl::Duration OffsetOf(const Moment& now) {
    return now.wall - absl::UnixEpoch() - now.steady;
  }

  absl::Duration lowest_ = absl::InfiniteDuration();  // offset since the last sweep
  std::optional<Moment> last_;                        // the mark at this process's last sweep
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_RETENTION_H_
