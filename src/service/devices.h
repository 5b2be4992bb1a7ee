// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_DEVICES_H_
#define ZEROTOUCH_SERVICE_DEVICES_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "base/clock.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/empty.pb.h"
#include "model/api.h"
#include "model/rules.h"
#include "service/wanted_fields.h"

namespace zerotouch::store {
class Store;
}
namespace zerotouch::batch {
class Engine;
class PackedItems;
}  // namespace zerotouch::batch

namespace zerotouch::service {

// Implements partners.devices. Each function is one method of the API and returns
// errors of errors/errors.h. The request of a batch has no items: they are `items`. Thread-safe.
class Devices {
 public:
  // The references must outlive it.
  Devices(store::Store& store, batch::Engine& engine, const RegistryRules& rules,
          const Clock& clock)
      : store_(store), engine_(engine), rules_(rules), clock_(clock) {}

  using Reader = auth::Authorized<auth::ReadsForPartner>;
  using Assigner = auth::Authorized<auth::AssignsForPartner>;
  using Manager = auth::Authorized<auth::ManagesForPartner>;

  absl::StatusOr<api::ClaimDeviceResponse> Claim(const Assigner& caller,
                                                 const api::ClaimDeviceRequest& request);
  absl::StatusOr<google::longrunning::Operation> ClaimAsync(const Assigner& caller,
                                                            const api::ClaimDevicesRequest& request,
                                                            const batch::PackedItems& items);
  absl::StatusOr<google::protobuf::Empty> Unclaim(const Manager& caller,
                                                  const api::UnclaimDeviceRequest& request);
  absl::StatusOr<google::longrunning::Operation> UnclaimAsync(
      const Manager& caller, const api::UnclaimDevicesRequest& request,
      const batch::PackedItems& items);
  absl::StatusOr<api::Device> Get(const Reader& caller, const api::GetDeviceRequest& request);
  absl::StatusOr<api::FindDevicesByDeviceIdentifierResponse> FindByIdentifier(
      const Reader& caller, const api::FindDevicesByDeviceIdentifierRequest& request);
  absl::StatusOr<api::FindDevicesByOwnerResponse> FindByOwner(
      const Reader& caller, const api::FindDevicesByOwnerRequest& request,
      const WantedFields& wanted);
  absl::StatusOr<api::GetDeviceSimLockStateResponse> GetSimLockState(
      const Reader& caller, const api::GetDeviceSimLockStateRequest& request);
  absl::StatusOr<api::DeviceMetadata> UpdateMetadata(
      const Manager& caller, const api::UpdateDeviceMetadataRequest& request);
  absl::StatusOr<google::longrunning::Operation> UpdateMetadataAsync(
      const Manager& caller, const api::UpdateDeviceMetadataInBatchRequest& request,
      const batch::PackedItems& items);

 private:
  store::Store& store_;
  batch::Engine& engine_;
  const RegistryRules& rules_;
  const Clock& clock_;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_DEVICES_H_
