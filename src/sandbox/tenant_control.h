// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_TENANT_CONTROL_H_
#define ZEROTOUCH_SANDBOX_TENANT_CONTROL_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "base/clock.h"
#include "google/protobuf/empty.pb.h"
#include "openzerotouch/sandbox/v1/tenants.pb.h"
#include "store/store.h"

namespace zerotouch::sandbox {

namespace proto = openzerotouch::sandbox::v1;

using Anyone = auth::Authorized<auth::AnyoneInSandbox>;
using google::protobuf::Empty;

// Implements openzerotouch.sandbox.v1.TenantService. Thread-safe. A company or an account
// that does not exist is errors::UnknownResource if the URL names it, and
// errors::InvalidParameter if the body does.
class TenantControl {
 public:
  // The references must outlive it. `token_uri` returns where clients get tokens.
  TenantControl(store::Store& store, const Clock& clock, std::function<std::string()> token_uri)
      : store_(store), clock_(clock), token_uri_(std::move(token_uri)) {}

  absl::StatusOr<proto::Reseller> CreateReseller(const Anyone& caller,
                                                 const proto::CreateResellerRequest& request);
  absl::StatusOr<proto::Customer> CreateCustomer(const Anyone& caller,
                                                 const proto::CreateCustomerRequest& request);
  absl::StatusOr<Empty> SetTerms(const Anyone& caller, const proto::SetTermsRequest& request);
  absl::StatusOr<proto::Account> CreateAccount(const Anyone& caller,
                                               const proto::CreateAccountRequest& request);
  absl::StatusOr<Empty> Disable(const Anyone& caller, const proto::DisableAccountRequest& request);
  absl::StatusOr<Empty> Enable(const Anyone& caller, const proto::EnableAccountRequest& request);
  absl::StatusOr<Empty> RevokeKeys(const Anyone& caller, const proto::RevokeKeysRequest& request);
  absl::StatusOr<proto::AccountKey> AddKey(const Anyone& caller,
                                           const proto::AddKeyRequest& request);

 private:
  absl::StatusOr<Empty> SetDisabled(const std::string& name, bool disabled);

  store::Store& store_;
  const Clock& clock_;
  const std::function<std::string()> token_uri_;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_TENANT_CONTROL_H_
