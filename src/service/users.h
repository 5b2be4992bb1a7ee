// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_USERS_H_
#define ZEROTOUCH_SERVICE_USERS_H_

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "base/clock.h"
#include "google/protobuf/empty.pb.h"
#include "openzerotouch/v1/users.pb.h"

namespace zerotouch::store {
class Store;
struct User;
}  // namespace zerotouch::store

namespace zerotouch::service {

// The methods of openzerotouch.v1.UserService: who may act for a company in the portal.
// Thread-safe.
class Users {
 public:
  // Both must outlive it.
  Users(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  using PartnerOwner = auth::Authorized<auth::OwnsPartner>;
  using CustomerOwner = auth::Authorized<auth::OwnsCustomer>;

  absl::StatusOr<openzerotouch::v1::ListUsersResponse> ListOfPartner(
      const PartnerOwner& caller, const openzerotouch::v1::ListPartnerUsersRequest& request);
  absl::StatusOr<openzerotouch::v1::User> CreateOfPartner(
      const PartnerOwner& caller, const openzerotouch::v1::CreatePartnerUserRequest& request);
  absl::StatusOr<google::protobuf::Empty> DeleteOfPartner(
      const PartnerOwner& caller, const openzerotouch::v1::DeletePartnerUserRequest& request);
  absl::StatusOr<openzerotouch::v1::ListUsersResponse> ListOfCustomer(
      const CustomerOwner& caller, const openzerotouch::v1::ListCustomerUsersRequest& request);
  absl::StatusOr<openzerotouch::v1::User> CreateOfCustomer(
      const CustomerOwner& caller, const openzerotouch::v1::CreateCustomerUserRequest& request);
  absl::StatusOr<google::protobuf::Empty> DeleteOfCustomer(
      const CustomerOwner& caller, const openzerotouch::v1::DeleteCustomerUserRequest& request);

 private:
  absl::StatusOr<openzerotouch::v1::ListUsersResponse> List(PartnerId partner, CustomerId customer);
  absl::StatusOr<openzerotouch::v1::User> Create(const store::Actor& actor, store::User user,
                                                 const openzerotouch::v1::User& given);
  absl::StatusOr<google::protobuf::Empty> Delete(const store::Actor& actor, store::User user,
                                                 const std::string& name);

  store::Store& store_;
  const Clock& clock_;
};

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_USERS_H_
