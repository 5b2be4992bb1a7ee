// SPDX-License-Identifier: Apache-2.0
#include "wire/sandbox_methods.h"

#include "sandbox/controls.h"

namespace zerotouch::wire {

void AddSandboxMethods(sandbox::Controls& controls, MethodTable& table) {
  using sandbox::ClockControl;
  table.Register(MethodKind::kOther, controls.clock, &ClockControl::Get);
  table.Register(MethodKind::kOther, controls.clock, &ClockControl::Advance);
  table.Register(MethodKind::kOther, controls.clock, &ClockControl::Freeze);
  table.Register(MethodKind::kOther, controls.clock, &ClockControl::Resume);
}

}  // namespace zerotouch::wire
