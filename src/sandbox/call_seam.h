// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_CALL_SEAM_H_
#define ZEROTOUCH_SANDBOX_CALL_SEAM_H_

#include <memory>
#include <utility>

#include "sandbox/call_log.h"
#include "sandbox/fault_rules.h"
#include "sandbox/keeper.h"
#include "sandbox/seam.h"

namespace zerotouch::sandbox {

// Stands around every call: fault rules and the log. Without them, as in `serve`,
// calls pass. Thread-safe.
class CallSeam {
 public:
  CallSeam() = default;
  // All must outlive it.
  CallSeam(FaultRules& faults, Keeper& keeper, CallLog& log)
      : faults_(&faults), keeper_(&keeper), log_(&log) {}

  bool HasFaults() const { return faults_ != nullptr && faults_->any(); }
  // Decides what happens to a call. A hit is kept when it returns.
  FaultPlan Plan(const FaultCall& call) const {
    if (!HasFaults()) return {};
    FaultPlan plan = faults_->Plan(call);
    keeper_->KeepHits();
    return plan;
  }

  bool Logs() const { return log_ != nullptr; }
  // Adds a call to the log, if there is one.
  void Log(std::shared_ptr<LoggedCall> call) const {
    if (log_ != nullptr) log_->Add(std::move(call));
  }

 private:
  FaultRules* faults_ = nullptr;
  Keeper* keeper_ = nullptr;
  CallLog* log_ = nullptr;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_CALL_SEAM_H_
