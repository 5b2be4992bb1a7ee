// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_HISTORY_H_
#define ZEROTOUCH_SERVICE_HISTORY_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "openzerotouch/v1/history.pb.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::service {

// Implements openzerotouch.v1.HistoryService: what happened to a device, as far as its caller
// may know. Thread-safe.
class History {
 public:
  // The store must outlive it.
  explicit History(store::Store& store) : store_(store) {}

  absl::StatusOr<openzerotouch::v1::ListDeviceHistoryResponse> OfPartner(
      const auth::Authorized<auth::ReadsForPartner>& caller,
      const openzerotouch::v1::ListPartnerDeviceHistoryRequest& request);
  absl::StatusOr<openzerotouch::v1::ListDeviceHistoryResponse> OfCustomer(
      const auth::Authorized<auth::ReadsForCustomer>& caller,
      const openzerotouch::v1::ListCustomerDeviceHistoryRequest& request);

 private:
  store::Store& store_;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_HISTORY_H_
