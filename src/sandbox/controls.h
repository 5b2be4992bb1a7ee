// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_CONTROLS_H_
#define ZEROTOUCH_SANDBOX_CONTROLS_H_

#include "sandbox/clock_control.h"

namespace zerotouch::sandbox {

// The controls of a sandbox: one class for each, which implements one service of
// openzerotouch.sandbox.v1. Thread-safe.
struct Controls {
  // The reference must outlive it.
  explicit Controls(SandboxClock& sandbox_clock) : clock(sandbox_clock) {}

  ClockControl clock;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_CONTROLS_H_
