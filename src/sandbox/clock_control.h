// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_CLOCK_CONTROL_H_
#define ZEROTOUCH_SANDBOX_CLOCK_CONTROL_H_

#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "openzerotouch/sandbox/v1/clock.pb.h"
#include "sandbox/anyone.h"
#include "sandbox/keeper.h"
#include "sandbox/sandbox_clock.h"

namespace zerotouch::sandbox {

// Implements openzerotouch.sandbox.v1.ClockService. A change is in the data folder, and what
// it makes old in the registry is gone, when its call returns. Thread-safe.
class ClockControl {
 public:
  // Both must outlive it.
  ClockControl(SandboxClock& clock, Keeper& keeper) : clock_(clock), keeper_(keeper) {}

  // Sets what brings the registry up to the time of the clock, in durable form. It runs
  // before and after each advance, so that a kill loses none of the time that passed.
  // Before all calls.
  void SetCatchUp(std::function<void()> catch_up) { catch_up_ = std::move(catch_up); }

  absl::StatusOr<proto::Clock> Get(const Anyone& caller, const proto::GetClockRequest& request);
  // Returns errors::InvalidParameter if the duration is missing, negative or too long.
  absl::StatusOr<proto::Clock> Advance(const Anyone& caller,
                                       const proto::AdvanceClockRequest& request);
  absl::StatusOr<proto::Clock> Freeze(const Anyone& caller,
                                      const proto::FreezeClockRequest& request);
  absl::StatusOr<proto::Clock> Resume(const Anyone& caller,
                                      const proto::ResumeClockRequest& request);

 private:
  proto::Clock State() const;
  // Keeps the change, and returns the state.
  proto::Clock Changed();

  SandboxClock& clock_;
  Keeper& keeper_;
  std::function<void()> catch_up_;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_CLOCK_CONTROL_H_
