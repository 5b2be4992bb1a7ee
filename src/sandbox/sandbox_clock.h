// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_SANDBOX_CLOCK_H_
#define ZEROTOUCH_SANDBOX_SANDBOX_CLOCK_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace zerotouch::sandbox {

// The clock of a sandbox: real time, moved forward or stopped. Its monotonic time
// moves with it, because the time that it is moved by counts as time that passed.
// Thread-safe.
class SandboxClock final : public Clock {
 public:
  // Holds what can be kept over a restart.
  struct State {
    absl::Duration ahead;  // of real time; while the clock is stopped, at the stop
    bool frozen = false;
    absl::Time stopped_at;  // the time that it shows while frozen
    friend bool operator==(const State&, const State&) = default;
  };

  // Starts with the time of `real`, which must outlive it.
  explicit SandboxClock(const Clock& real = Clock::System());

  absl::Time Now() const override;
  absl::Duration Steady() const override;
  const Clock& Real() const override { return real_; }

  // Moves the clock forward. Returns OUT_OF_RANGE, and changes nothing, if that
  // leads beyond limits::kLatestSandboxTime.
  absl::Status Advance(absl::Duration by);
  // Stops it. Does nothing if it is stopped.
  void Freeze();
  // Lets it go on from where it stands. Does nothing if it goes.
  void Resume();

  State state() const;
  // Continues from a state that was kept. A clock that went on went on meanwhile.
  void Restore(const State& state);

 private:
  absl::Time NowLocked() const ZT_REQUIRES(mutex_);

  const Clock& real_;
  mutable Mutex mutex_;
  State state_ ZT_GUARDED_BY(mutex_);
  absl::Duration steady_ahead_ ZT_GUARDED_BY(mutex_);    // of the real monotonic time
  absl::Duration steady_stopped_ ZT_GUARDED_BY(mutex_);  // the monotonic time while frozen
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_SANDBOX_CLOCK_H_
