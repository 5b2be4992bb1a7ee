// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_CLOCK_CONTROL_H_
#define ZEROTOUCH_SANDBOX_CLOCK_CONTROL_H_

#include "absl/status/statusor.h"
#include "openzerotouch/sandbox/v1/clock.pb.h"
#include "sandbox/anyone.h"
#include "sandbox/keeper.h"
#include "sandbox/sandbox_clock.h"

namespace zerotouch::sandbox {

// Implements openzerotouch.sandbox.v1.ClockService. A change is in the data folder when
// its call returns. Thread-safe.
class ClockControl {
 public:
  // Both must outlive it.
  ClockControl(SandboxClock& clock, Keeper& keeper) : clock_(clock), keeper_(keeper) {}

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
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_CLOCK_CONTROL_H_
