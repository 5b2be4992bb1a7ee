// SPDX-License-Identifier: Apache-2.0
#include "wire/sandbox_methods.h"

#include "sandbox/box.h"
#include "wire/method_names.h"

namespace zerotouch::wire {

void AddSandboxMethods(sandbox::Box& box, MethodTable& table) {
  box.faults.SetNames(RpcNames());
  sandbox::Controls& controls = box.controls;
  using sandbox::CallControl;
  using sandbox::ClockControl;
  using sandbox::FaultControl;
  using sandbox::OperationsControl;
  // Changes of the clock and of rules write a file.
  table.Register(MethodKind::kOther, controls.clock, &ClockControl::Get);
  table.Register(MethodKind::kLong, controls.clock, &ClockControl::Advance);
  table.Register(MethodKind::kLong, controls.clock, &ClockControl::Freeze);
  table.Register(MethodKind::kLong, controls.clock, &ClockControl::Resume);
  table.Register(MethodKind::kLong, controls.faults, &FaultControl::Create);
  table.Register(MethodKind::kLong, controls.faults, &FaultControl::List);
  table.Register(MethodKind::kLong, controls.faults, &FaultControl::Delete);
  table.Register(MethodKind::kLong, controls.faults, &FaultControl::DeleteAll);
  table.Register(MethodKind::kLong, controls.calls, &CallControl::List);
  table.Register(MethodKind::kOther, controls.calls, &CallControl::Watch);
  table.Register(MethodKind::kOther, controls.calls, &CallControl::Delete);
  table.Register(MethodKind::kLong, controls.operations, &OperationsControl::Pause);
  table.Register(MethodKind::kOther, controls.operations, &OperationsControl::Resume);
  table.Register(MethodKind::kLong, controls.operations, &OperationsControl::Step);
  table.Register(MethodKind::kOther, controls.operations, &OperationsControl::SetSpeed);
}

}  // namespace zerotouch::wire
