// SPDX-License-Identifier: Apache-2.0
#include "sandbox/box.h"

#include <string>

#include "base/sorted.h"
#include "google/android/device/provisioning/v1/devices.pb.h"

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

// Returns the customer that an item names; 0 if it names none.
CustomerId CustomerOf(const google::protobuf::Message& item) {
  using google::android::device::provisioning::v1::PartnerClaim;
  if (item.GetDescriptor() != PartnerClaim::descriptor()) return {};
  return CustomerId(static_cast<const PartnerClaim&>(item).customer_id());
}

}  // namespace

Box::Box(double items_per_second, const Clock& real)
    : clock(real),
      pace(items_per_second),
      keeper(faults, clock),
      seam(faults, keeper, log),
      controls(clock, faults, keeper, log, pace) {}

std::shared_ptr<const auth::Principal> Box::CallerOf(const store::OperationHead& head) {
  const std::string id = std::to_string(head.id.value());
  if (auto known = callers_.Find(id)) return known;
  auto caller = std::make_shared<auth::Principal>();
  caller->email = head.account;
  caller->partner = head.partner;
  if (customers_of_) caller->customers = customers_of_(head.account);
  callers_.Put(id, caller);
  return caller;
}

std::optional<ItemResult> Box::FaultOfItem(const store::OperationHead& head,
                                           const google::protobuf::Message& item) {
  const std::string_view method = MethodOf(head.kind);
  if (method.empty() || !faults.AnyItems()) return std::nullopt;
  auth::Principal caller = *CallerOf(head);
  if (const CustomerId named = CustomerOf(item)) {
    caller.customers.push_back(named);
    SortUnique(caller.customers);
  }
  std::optional<ItemResult> result = faults.PlanItem({.method = method,
                                                      .account = head.account,
                                                      .caller = &caller,
                                                      .path = nullptr,
                                                      .request = [&item] { return &item; }});
  if (result.has_value()) keeper.KeepHits();
  return result;
}

}  // namespace zerotouch::sandbox
