// SPDX-License-Identifier: Apache-2.0
#include "sandbox/box.h"

namespace zerotouch::sandbox {
namespace {

// Returns the full RPC name of the method that made a batch; empty for kinds that no
// rule gives results to.
std::string_view MethodOf(store::BatchKind kind) {
  switch (kind) {
    case store::BatchKind::kClaim:
      return "google.android.device.provisioning.v1.PartnerService.ClaimDevicesAsync";
    case store::BatchKind::kUnclaim:
      return "google.android.device.provisioning.v1.PartnerService.UnclaimDevicesAsync";
    case store::BatchKind::kUpdateMetadata:
      return "google.android.device.provisioning.v1.PartnerService.UpdateDeviceMetadataInBatch";
    default:
      return "";
  }
}

}  // namespace

Box::Box(double items_per_second, const Clock& real)
    : clock(real),
      pace(items_per_second),
      keeper(faults, clock),
      seam(faults, keeper, log),
      controls(clock, faults, keeper, log, pace) {}

std::optional<ItemResult> Box::FaultOfItem(const store::OperationHead& head,
                                           const google::protobuf::Message& item) {
  const std::string_view method = MethodOf(head.kind);
  if (method.empty() || !faults.AnyItems()) return std::nullopt;
  auth::Principal caller;
  caller.email = head.account;
  caller.partner = head.partner;
  std::optional<ItemResult> result = faults.PlanItem({.method = method,
                                                      .account = head.account,
                                                      .caller = &caller,
                                                      .path = nullptr,
                                                      .request = [&item] { return &item; }});
  if (result.has_value()) keeper.KeepHits();
  return result;
}

}  // namespace zerotouch::sandbox
