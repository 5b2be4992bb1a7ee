// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_WRITE_HEALTH_H_
#define ZEROTOUCH_STORE_SQLITE_WRITE_HEALTH_H_

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/mutex.h"

namespace zerotouch::store::sqlite {

// Knows whether writes work: the thread that writes reports to it, and probes ask.
// Thread-safe; waits for nothing.
class WriteHealth {
 public:
  // Reports what the thread does from now on, as in "the store has been STEP for
  // more than 5 seconds". `step` must be a constant.
  void Begin(const char* step);
  // Reports that the thread has nothing to do.
  void BeginIdle();

  // Reports that writes fail for `reason`, which callers see, with the error `why`,
  // which is logged once.
  void Failed(std::string_view reason, const absl::Status& why);
  // Reports that a write was durable.
  void Succeeded();

  // Returns true from Failed to Succeeded.
  bool failing() const { return failing_; }
  // Returns OK if writes work, else errors::Unavailable with the reason: they fail,
  // or one step takes longer than limits::kWriteStall.
  absl::Status Check() const;

 private:
  using SteadyClock = std::chrono::steady_clock;

  std::atomic<const char*> step_ = nullptr;  // null: idle
  std::atomic<SteadyClock::time_point> since_{SteadyClock::time_point()};
  std::atomic<bool> failing_ = false;
  mutable Mutex mutex_;
  std::string reason_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_WRITE_HEALTH_H_
