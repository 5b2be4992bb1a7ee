// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_OPERATIONS_CONTROL_H_
#define ZEROTOUCH_SANDBOX_OPERATIONS_CONTROL_H_

#include "absl/status/statusor.h"
#include "batch/pace.h"
#include "google/protobuf/empty.pb.h"
#include "openzerotouch/sandbox/v1/operations.pb.h"
#include "sandbox/anyone.h"

namespace zerotouch::sandbox {

// Implements openzerotouch.sandbox.v1.OperationControlService. Thread-safe.
class OperationsControl {
 public:
  // `pace` must outlive it.
  explicit OperationsControl(batch::Pace& pace) : pace_(pace) {}

  // Returns when no chunk runs.
  absl::StatusOr<google::protobuf::Empty> Pause(const Anyone& caller,
                                                const proto::PauseOperationsRequest& request);
  absl::StatusOr<google::protobuf::Empty> Resume(const Anyone& caller,
                                                 const proto::ResumeOperationsRequest& request);
  // Returns when the items have run, or after limits::kStepWait. errors::InvalidOperation
  // if the operations are not paused.
  absl::StatusOr<proto::StepOperationsResponse> Step(const Anyone& caller,
                                                     const proto::StepOperationsRequest& request);
  absl::StatusOr<google::protobuf::Empty> SetSpeed(const Anyone& caller,
                                                   const proto::SetOperationSpeedRequest& request);

 private:
  batch::Pace& pace_;
};

// Returns the error of a step while another one runs.
absl::Status AnotherStep();

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_OPERATIONS_CONTROL_H_
