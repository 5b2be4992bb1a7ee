// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_DPCS_H_
#define ZEROTOUCH_SERVICE_DPCS_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "model/api.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::service {

// Implements customers.dpcs. Thread-safe.
class Dpcs {
 public:
  // The store must outlive it.
  explicit Dpcs(store::Store& store) : store_(store) {}

  absl::StatusOr<api::CustomerListDpcsResponse> List(
      const auth::Authorized<auth::ReadsForCustomer>& caller,
      const api::CustomerListDpcsRequest& request);

 private:
  store::Store& store_;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_DPCS_H_
