// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_SERVICE_ACCOUNTS_H_
#define ZEROTOUCH_SERVICE_SERVICE_ACCOUNTS_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "base/clock.h"
#include "google/protobuf/empty.pb.h"
#include "openzerotouch/v1/service_accounts.pb.h"

namespace zerotouch::auth {
class Audience;
class CallQuota;
}  // namespace zerotouch::auth
namespace zerotouch::store {
class Store;
}

namespace zerotouch::service {

// The methods of openzerotouch.v1.ServiceAccountService: the programs that act for a reseller.
// Thread-safe.
class ServiceAccounts {
 public:
  // All must outlive it. `audience` knows the URL of the server, for key files.
  ServiceAccounts(store::Store& store, const auth::Audience& audience, const Clock& clock)
      : store_(store), audience_(audience), clock_(clock) {}

  // Lists say how much of its quota each account uses. `quota` must outlive the calls.
  void SetQuota(const auth::CallQuota& quota) { quota_ = &quota; }

  using Owner = auth::Authorized<auth::OwnsPartner>;

  absl::StatusOr<openzerotouch::v1::ListServiceAccountsResponse> List(
      const Owner& caller, const openzerotouch::v1::ListServiceAccountsRequest& request);
  absl::StatusOr<openzerotouch::v1::ServiceAccount> Create(
      const Owner& caller, const openzerotouch::v1::CreateServiceAccountRequest& request);
  absl::StatusOr<google::protobuf::Empty> Delete(
      const Owner& caller, const openzerotouch::v1::DeleteServiceAccountRequest& request);

 private:
  store::Store& store_;
  const auth::Audience& audience_;
  const Clock& clock_;
  const auth::CallQuota* quota_ = nullptr;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_SERVICE_ACCOUNTS_H_
