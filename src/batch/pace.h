// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_PACE_H_
#define ZEROTOUCH_BATCH_PACE_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "store/operations.h"

namespace zerotouch::batch {

// The pace of the workers: how fast operations run, and whether they run at all. While
// they are paused, only steps run items. Thread-safe.
class Pace {
 public:
  // Runs at a number of items per second for each operation; 0 is full speed.
  explicit Pace(double items_per_second = 0) : items_per_second_(items_per_second) {}

  void SetItemsPerSecond(double rate) { items_per_second_ = rate; }
  double items_per_second() const { return items_per_second_; }

  // Pauses the workers. Returns after the chunks that run, or after `at_most`.
  void Pause(absl::Duration at_most);
  void Resume();

  // Runs this many items of the oldest operations and returns how many have run: fewer
  // if there are no more, or after `at_most`. Returns FAILED_PRECONDITION if the workers
  // are not paused, and ABORTED while another step runs.
  absl::StatusOr<int64_t> Step(int64_t items, absl::Duration at_most);

  // --- For workers.

  // Sets the function that wakes the workers; null: none.
  void SetWake(std::function<void()> wake);
  // Returns which operation the worker of this thread may lease; nullopt: none. Otherwise call
  // EndTurn after that. In a step one worker runs at a time, the oldest operations first.
  std::optional<store::LeaseOrder> BeginTurn();
  // `idle`: there was no operation to lease.
  void EndTurn(bool idle);
  // Returns how many of `wanted` items may run now: 0 while paused.
  size_t Take(size_t wanted);
  // Reports that items that were taken have run, or have not.
  void Ran(size_t taken, bool done);

 private:
  std::atomic<double> items_per_second_;
  Mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> wake_ ZT_GUARDED_BY(mutex_);
  bool paused_ ZT_GUARDED_BY(mutex_) = false;
  bool stepping_ ZT_GUARDED_BY(mutex_) = false;
  int64_t left_ ZT_GUARDED_BY(mutex_) = 0;        // of the step: items not taken yet
  int64_t ran_ ZT_GUARDED_BY(mutex_) = 0;         // of the step
  int64_t running_ ZT_GUARDED_BY(mutex_) = 0;     // items that are taken
  std::thread::id runner_ ZT_GUARDED_BY(mutex_);  // of the step
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_PACE_H_
