// SPDX-License-Identifier: Apache-2.0
#include "sandbox/sandbox_clock.h"

#include <algorithm>

#include "base/limits.h"

namespace zerotouch::sandbox {

SandboxClock::SandboxClock(const Clock& real) : real_(real) {}

absl::Time SandboxClock::NowLocked() const {
  return state_.frozen ? state_.stopped_at : real_.Now() + state_.ahead;
}

absl::Time SandboxClock::Now() const {
  const MutexLock lock(mutex_);
  return NowLocked();
}

absl::Duration SandboxClock::Steady() const {
  const MutexLock lock(mutex_);
  return state_.frozen ? steady_stopped_ : real_.Steady() + steady_ahead_;
}

absl::Status SandboxClock::Advance(absl::Duration by) {
  const MutexLock lock(mutex_);
  if (by > limits::kLatestSandboxTime - NowLocked()) {
    return absl::OutOfRangeError("beyond the latest time of the sandbox");
  }
  if (state_.frozen) {
    state_.stopped_at += by;
    steady_stopped_ += by;
  } else {
    state_.ahead += by;
    steady_ahead_ += by;
  }
  return absl::OkStatus();
}

void SandboxClock::Freeze() {
  const MutexLock lock(mutex_);
  if (state_.frozen) return;
  state_.stopped_at = NowLocked();
  steady_stopped_ = real_.Steady() + steady_ahead_;
  state_.frozen = true;
}

void SandboxClock::Resume() {
  const MutexLock lock(mutex_);
  if (!state_.frozen) return;
  state_.ahead = state_.stopped_at - real_.Now();
  steady_ahead_ = steady_stopped_ - real_.Steady();
  state_.frozen = false;
}

SandboxClock::State SandboxClock::state() const {
  const MutexLock lock(mutex_);
  return state_;
}

void SandboxClock::Restore(const State& state) {
  const MutexLock lock(mutex_);
  steady_stopped_ = std::max(real_.Steady() + steady_ahead_, steady_stopped_);
  if (state_.frozen) steady_ahead_ = steady_stopped_ - real_.Steady();
  state_ = state;
}

}  // namespace zerotouch::sandbox
