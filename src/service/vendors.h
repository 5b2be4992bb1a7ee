// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_VENDORS_H_
#define ZEROTOUCH_SERVICE_VENDORS_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "model/api.h"
#include "service/list_answer.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::service {

// Implements partners.vendors and partners.vendors.customers. Thread-safe.
class Vendors {
 public:
  // The store must outlive it, and every answer too.
  explicit Vendors(store::Store& store) : store_(store) {}

  using Reader = auth::Authorized<auth::ReadsForPartner>;

  absl::StatusOr<ListAnswer> List(const Reader& caller, const api::ListVendorsRequest& request);
  absl::StatusOr<ListAnswer> ListCustomers(const Reader& caller,
                                           const api::ListVendorCustomersRequest& request);

 private:
  store::Store& store_;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_VENDORS_H_
