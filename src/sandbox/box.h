// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_BOX_H_
#define ZEROTOUCH_SANDBOX_BOX_H_

#include <optional>

#include "batch/pace.h"
#include "sandbox/call_log.h"
#include "sandbox/call_seam.h"
#include "sandbox/controls.h"
#include "sandbox/fault_rules.h"
#include "sandbox/keeper.h"
#include "sandbox/sandbox_clock.h"
#include "store/operations.h"

namespace zerotouch::sandbox {

// All that a sandbox has beside the server, and its controls. Thread-safe.
struct Box {
  // Operations run at `items_per_second` at first; 0: full speed. `real`, the clock of
  // real time, must outlive it.
  explicit Box(double items_per_second = 0, const Clock& real = Clock::System());

  // Returns the result that a rule gives an item of a batch; nullopt if it is to run.
  std::optional<ItemResult> FaultOfItem(const store::OperationHead& head,
                                        const google::protobuf::Message& item);

  SandboxClock clock;
  FaultRules faults;
  CallLog log;
  batch::Pace pace;
  Keeper keeper;
  CallSeam seam;
  Controls controls;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_BOX_H_
