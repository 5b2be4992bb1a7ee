// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_CUSTOMERS_H_
#define ZEROTOUCH_SERVICE_CUSTOMERS_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "base/clock.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "model/api.h"
#include "service/list_answer.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::service {

// Implements partners.customers. Thread-safe.
class PartnerCustomers {
 public:
  // The references must outlive it, and the store every answer too.
  PartnerCustomers(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  using Reader = auth::Authorized<auth::ReadsForPartner>;
  using Manager = auth::Authorized<auth::ManagesForPartner>;

  absl::StatusOr<api::Company> Create(const Manager& caller,
                                      const api::CreateCustomerRequest& request);
  absl::StatusOr<ListAnswer> List(const Reader& caller,
                                  const api::ListPartnerCustomersRequest& request);

 private:
  store::Store& store_;
  const Clock& clock_;
};

// Implements customers. Thread-safe.
class Customers {
 public:
  // The store must outlive it.
  explicit Customers(store::Store& store) : store_(store) {}

  absl::StatusOr<api::CustomerListCustomersResponse> List(
      const auth::Authorized<auth::ListsCustomers>& caller,
      const api::CustomerListCustomersRequest& request);

 private:
  store::Store& store_;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_CUSTOMERS_H_
