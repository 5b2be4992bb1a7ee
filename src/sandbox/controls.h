// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_CONTROLS_H_
#define ZEROTOUCH_SANDBOX_CONTROLS_H_

#include "sandbox/call_log.h"
#include "sandbox/clock_control.h"
#include "sandbox/fault_control.h"
#include "sandbox/operations_control.h"

namespace zerotouch::sandbox {

// The controls of a sandbox: one class for each, which implements one service of
// openzerotouch.sandbox.v1. Thread-safe.
struct Controls {
  // The references must outlive it.
  Controls(SandboxClock& sandbox_clock, FaultRules& rules, Keeper& keeper, CallLog& log,
           batch::Pace& pace)
      : clock(sandbox_clock, keeper), faults(rules, keeper), calls(log), operations(pace) {}

  ClockControl clock;
  FaultControl faults;
  CallControl calls;
  OperationsControl operations;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_CONTROLS_H_
