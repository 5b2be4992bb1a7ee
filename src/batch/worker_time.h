// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_WORKER_TIME_H_
#define ZEROTOUCH_BATCH_WORKER_TIME_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include "absl/time/time.h"
#include "base/mutex.h"

namespace zerotouch::batch {

// The time by which workers measure their work and wait; a simulation replaces it.
// Thread-safe.
class WorkerTime {
 public:
  virtual ~WorkerTime() = default;

  // Returns a monotonic time.
  virtual absl::Time Now() {
    return absl::UnixEpoch() +
           absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
  }

  // Unlocks the mutex and waits until `changed` is notified, or until `deadline`, a time of
  // Now. May return earlier. Locks the mutex again.
  virtual void Wait(MutexLock& lock, std::condition_variable& changed, absl::Time deadline) {
    const absl::Duration left = std::min(deadline - Now(), kLongestWait);
    lock.WaitFor(changed, absl::ToChronoMicroseconds(left));
  }

  // Returns the time of the machine, which lives as long as the process.
  static WorkerTime& Real() {
    static WorkerTime time;
    return time;
  }

 private:
  // Keeps additions to the clock within its range.
  static constexpr absl::Duration kLongestWait = absl::Hours(1);
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_WORKER_TIME_H_
