// SPDX-License-Identifier: Apache-2.0
#include "sandbox/fault_control.h"

#include <utility>

#include "base/status_macros.h"

namespace zerotouch::sandbox {

absl::StatusOr<proto::Fault> FaultControl::Create(const Anyone&,
                                                  const proto::CreateFaultRequest& request) {
  ZT_ASSIGN_OR_RETURN(proto::Fault fault, rules_.Add(request.fault()));
  keeper_.KeepNow();
  return fault;
}

absl::StatusOr<proto::ListFaultsResponse> FaultControl::List(const Anyone&,
                                                             const proto::ListFaultsRequest&) {
  proto::ListFaultsResponse response;
  for (proto::Fault& fault : rules_.List()) *response.add_faults() = std::move(fault);
  return response;
}

absl::StatusOr<google::protobuf::Empty> FaultControl::Delete(
    const Anyone&, const proto::DeleteFaultRequest& request) {
  if (!rules_.Delete(request.name())) {
    return errors::UnknownResource("Fault", "GET /sandbox/v1/faults");
  }
  keeper_.KeepNow();
  return google::protobuf::Empty();
}

absl::StatusOr<google::protobuf::Empty> FaultControl::DeleteAll(
    const Anyone&, const proto::DeleteAllFaultsRequest&) {
  rules_.DeleteAll();
  keeper_.KeepNow();
  return google::protobuf::Empty();
}

}  // namespace zerotouch::sandbox
