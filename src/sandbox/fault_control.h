// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_FAULT_CONTROL_H_
#define ZEROTOUCH_SANDBOX_FAULT_CONTROL_H_

#include "absl/status/statusor.h"
#include "google/protobuf/empty.pb.h"
#include "sandbox/anyone.h"
#include "sandbox/fault_rules.h"
#include "sandbox/keeper.h"

namespace zerotouch::sandbox {

// Implements openzerotouch.sandbox.v1.FaultService. A change is in the data folder when
// its call returns. Thread-safe.
class FaultControl {
 public:
  // Both must outlive it.
  FaultControl(FaultRules& rules, Keeper& keeper) : rules_(rules), keeper_(keeper) {}

  absl::StatusOr<proto::Fault> Create(const Anyone& caller,
                                      const proto::CreateFaultRequest& request);
  absl::StatusOr<proto::ListFaultsResponse> List(const Anyone& caller,
                                                 const proto::ListFaultsRequest& request);
  // Returns errors::UnknownResource if there is no such rule.
  absl::StatusOr<google::protobuf::Empty> Delete(const Anyone& caller,
                                                 const proto::DeleteFaultRequest& request);
  absl::StatusOr<google::protobuf::Empty> DeleteAll(const Anyone& caller,
                                                    const proto::DeleteAllFaultsRequest& request);

 private:
  FaultRules& rules_;
  Keeper& keeper_;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_FAULT_CONTROL_H_
