// SPDX-License-Identifier: Apache-2.0
#include "sandbox/operations_control.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "errors/errors.h"

namespace zerotouch::sandbox {

absl::Status AnotherStep() {
  return errors::InvalidOperation("Another step runs: wait for its answer.");
}

absl::StatusOr<google::protobuf::Empty> OperationsControl::Pause(
    const Anyone&, const proto::PauseOperationsRequest&) {
  pace_.Pause(limits::kStepWait);
  return google::protobuf::Empty();
}

absl::StatusOr<google::protobuf::Empty> OperationsControl::Resume(
    const Anyone&, const proto::ResumeOperationsRequest&) {
  pace_.Resume();
  return google::protobuf::Empty();
}

absl::StatusOr<proto::StepOperationsResponse> OperationsControl::Step(
    const Anyone&, const proto::StepOperationsRequest& request) {
  if (request.items() < 1 || request.items() > limits::kStepItems) {
    return errors::InvalidParameter("items", fmt::format("use 1 to {}", limits::kStepItems));
  }
  const absl::StatusOr<int64_t> run = pace_.Step(request.items(), limits::kStepWait);
  if (absl::IsAborted(run.status())) {
    return AnotherStep();
  }
  if (!run.ok()) {
    return errors::InvalidOperation("Operations are not paused: call operations:pause first.");
  }
  proto::StepOperationsResponse response;
  response.set_items_run(static_cast<int32_t>(*run));
  return response;
}

absl::StatusOr<google::protobuf::Empty> OperationsControl::SetSpeed(
    const Anyone&, const proto::SetOperationSpeedRequest& request) {
  const double rate = request.items_per_second();
  // Also refuses what is not a number.
  if (!(rate >= 0 && rate <= 1e6)) {
    return errors::InvalidParameter("itemsPerSecond", "use at most 1000000, or 0 for full speed");
  }
  pace_.SetItemsPerSecond(rate);
  return google::protobuf::Empty();
}

}  // namespace zerotouch::sandbox
