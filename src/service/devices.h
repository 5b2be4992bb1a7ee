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

namespace zerotouch::store {
class Store;
}
namespace zerotouch::batch {
class Engine;
}

namespace zerotouch::service {

// Implements partners.devices. Each function is one method of the API and returns
// errors of errors/errors.h. Thread-safe.
class Devices {
 public:
  // The references must outlive it.
  Devices(store::Store& store, batch::Engine& engine, const RegistryRules& rules,
          const Clock& clock)
      : store_(store), engine_(engine), rules_(rules), clock_(clock) {}

  using Caller = auth::Authorized<auth::ActsForPartner>;

  absl::StatusOr<api::ClaimDeviceResponse> Claim(const Caller& caller,
                                                 const api::ClaimDeviceRequest& request);
  absl::StatusOr<google::longrunning::Operation> ClaimAsync(
      const Caller& caller, const api::ClaimDevicesRequest& request);
  absl::StatusOr<google::protobuf::Empty> Unclaim(const Caller& caller,
                                                  const api::UnclaimDeviceRequest& request);
  absl::StatusOr<google::longrunning::Operation> UnclaimAsync(
      const Caller& caller, const api::UnclaimDevicesRequest& request);
  absl::StatusOr<api::Device> Get(const Caller& caller, const api::GetDeviceRequest& request);
  absl::StatusOr<api::FindDevicesByDeviceIdentifierResponse> FindByIdentifier(
      const Caller& caller, const api::FindDevicesByDeviceIdentifierRequest& request);
  absl::StatusOr<api::FindDevicesByOwnerResponse> FindByOwner(
      const Caller& caller, const api::FindDevicesByOwnerRequest& request);
  absl::StatusOr<api::GetDeviceSimLockStateResponse> GetSimLockState(
      const Caller& caller, const api::GetDeviceSimLockStateRequest& request);
  absl::StatusOr<api::DeviceMetadata> UpdateMetadata(
      const Caller& caller, const api::UpdateDeviceMetadataRequest& request);
  absl::StatusOr<google::longrunning::Operation> UpdateMetadataAsync(
      const Caller& caller, const api::UpdateDeviceMetadataInBatchRequest& request);

 private:
  store::Store& store_;
  batch::Engine& engine_;
  const RegistryRules& rules_;
  const Clock& clock_;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_DEVICES_H_
