// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_DEVICE_CONTROL_H_
#define ZEROTOUCH_SANDBOX_DEVICE_CONTROL_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "model/rules.h"
#include "openzerotouch/sandbox/v1/devices.pb.h"
#include "store/store.h"

namespace zerotouch::sandbox {

namespace proto = openzerotouch::sandbox::v1;

using Anyone = auth::Authorized<auth::AnyoneInSandbox>;

// Implements openzerotouch.sandbox.v1.DeviceService. Thread-safe.
class DeviceControl {
 public:
  // The references must outlive it.
  DeviceControl(store::Store& store, const RegistryRules& rules) : store_(store), rules_(rules) {}

  // Returns the errors of StatusOf if the identifiers are malformed.
  absl::StatusOr<proto::BootDeviceResponse> Boot(const Anyone& caller,
                                                 const proto::BootDeviceRequest& request);

 private:
  store::Store& store_;
  const RegistryRules& rules_;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_DEVICE_CONTROL_H_
