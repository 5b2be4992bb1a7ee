// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_CLOCK_CONTROL_H_
#define ZEROTOUCH_SANDBOX_CLOCK_CONTROL_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "openzerotouch/sandbox/v1/clock.pb.h"
#include "sandbox/sandbox_clock.h"

namespace zerotouch::sandbox {

namespace proto = openzerotouch::sandbox::v1;

// Any caller of a control.
using Anyone = auth::Authorized<auth::AnyoneInSandbox>;

// Implements openzerotouch.sandbox.v1.ClockService. Thread-safe.
class ClockControl {
 public:
  // `clock` must outlive it.
  explicit ClockControl(SandboxClock& clock) : clock_(clock) {}

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

  SandboxClock& clock_;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_CLOCK_CONTROL_H_
