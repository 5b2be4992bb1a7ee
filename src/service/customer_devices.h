// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_CUSTOMER_DEVICES_H_
#define ZEROTOUCH_SERVICE_CUSTOMER_DEVICES_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "base/clock.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/protobuf/empty.pb.h"
#include "model/api.h"
#include "openzerotouch/v1/batches.pb.h"
#include "service/list_answer.h"

namespace zerotouch::store {
class Store;
}
namespace zerotouch::batch {
class Engine;
}

namespace zerotouch::service {

// Implements customers.devices. Thread-safe.
class CustomerDevices {
 public:
  // The references must outlive it, and the store every answer too.
  CustomerDevices(store::Store& store, batch::Engine& engine, const Clock& clock)
      : store_(store), engine_(engine), clock_(clock) {}

  using Reader = auth::Authorized<auth::ReadsForCustomer>;
  using Assigner = auth::Authorized<auth::AssignsForCustomer>;
  using Manager = auth::Authorized<auth::ManagesForCustomer>;

  absl::StatusOr<api::Device> Get(const Reader& caller,
                                  const api::GetCustomerDeviceRequest& request);
  absl::StatusOr<ListAnswer> List(const Reader& caller,
                                  const api::CustomerListDevicesRequest& request);
  absl::StatusOr<google::protobuf::Empty> ApplyConfiguration(
      const Assigner& caller, const api::CustomerApplyConfigurationRequest& request);
  // Leaves the device without a configuration: the default is not applied.
  absl::StatusOr<google::protobuf::Empty> RemoveConfiguration(
      const Assigner& caller, const api::CustomerRemoveConfigurationRequest& request);
  absl::StatusOr<google::protobuf::Empty> Unclaim(const Manager& caller,
                                                  const api::CustomerUnclaimDeviceRequest& request);
  // openzerotouch.v1.BatchService.UndoCustomerUnclaim.
  absl::StatusOr<google::protobuf::Empty> UndoUnclaim(
      const Manager& caller, const openzerotouch::v1::UndoCustomerUnclaimRequest& request);

 private:
  store::Store& store_;
  batch::Engine& engine_;
  const Clock& clock_;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_CUSTOMER_DEVICES_H_
