// SPDX-License-Identifier: Apache-2.0
#include "service/users.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "base/ascii.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/company.h"
#include "model/resource_name.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

namespace v1 = openzerotouch::v1;

std::string UserPrefix(const store::User& user) {
  return fmt::format("{}/users/", user.partner ? FormatPartnerName(user.partner)
                                               : FormatCustomerName(user.customer));
}

v1::User UserMessage(const store::User& user) {
  v1::User message;
  message.set_name(fmt::format("{}{}", UserPrefix(user), user.id.value()));
  message.set_email(user.email);
  message.set_group(user.group);
  message.set_role(static_cast<v1::User::Role>(user.role));
  const int64_t micros = absl::ToUnixMicros(user.created);
  message.mutable_create_time()->set_seconds(micros / 1'000'000);
  message.mutable_create_time()->set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1'000);
  return message;
}

absl::Status CheckUser(const v1::User& user) {
  if (user.email().empty() == user.group().empty()) {
    return errors::InvalidParameter("email",
                                    "give the email of a person, or group for everyone of it");
  }
  if (!user.email().empty()) ZT_RETURN_IF_ERROR(CheckEmail("email", user.email()));
  if (!user.group().empty()) ZT_RETURN_IF_ERROR(CheckCompanyName("group", user.group()));
  if (user.role() < v1::User::VIEWER || user.role() > v1::User::OWNER) {
    return errors::InvalidParameter("role", "use OWNER, ADMIN, MANAGER, ASSIGNER or VIEWER");
  }
  return absl::OkStatus();
}

absl::Status UnknownUser() {
  return errors::UnknownResource("User", "GET /openzerotouch/v1/partners/PARTNER/users");
}

}  // namespace

absl::StatusOr<v1::ListUsersResponse> Users::List(PartnerId partner, CustomerId customer) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const std::vector<store::User> users, snapshot->ListUsers(partner, customer));
  v1::ListUsersResponse response;
  for (const store::User& user : users) *response.add_users() = UserMessage(user);
  return response;
}

absl::StatusOr<v1::User> Users::Create(const store::Actor& actor, store::User user,
                                       const v1::User& given) {
  ZT_RETURN_IF_ERROR(CheckUser(given));
  user.id = UserId(RandomId());
  user.email = AsciiLower(given.email());
  user.group = given.group();
  user.role = static_cast<UserRole>(given.role());
  user.created = clock_.Now();
  const absl::Status written = store_.Write(actor, [&](store::Transaction& tx) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const std::vector<store::User> others,
                        tx.ListUsers(user.partner, user.customer));
    for (const store::User& other : others) {
      if (other.email == user.email && other.group == user.group) {
        return errors::ResourceExists(UserMessage(other).name());
      }
    }
    if (others.size() >= limits::kUsersPerCompany) {
      return errors::InvalidOperation(fmt::format(
          "The company has {} users, which is the limit. Remove one first, or add a group.",
          limits::kUsersPerCompany));
    }
    return tx.AddUser(user);
  });
  ZT_RETURN_IF_ERROR(written);
  return UserMessage(user);
}

absl::StatusOr<google::protobuf::Empty> Users::Delete(const store::Actor& actor, store::User user,
                                                      const std::string& name) {
  const std::string prefix = UserPrefix(user);
  int64_t id = 0;
  if (!name.starts_with(prefix) || !absl::SimpleAtoi(name.substr(prefix.size()), &id)) {
    return UnknownUser();
  }
  user.id = UserId(id);
  const absl::Status status = store_.Write(actor, [&](store::Transaction& tx) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const std::vector<store::User> users,
                        tx.ListUsers(user.partner, user.customer));
    int owners = 0;
    bool is_owner = false;
    for (const store::User& each : users) {
      if (each.role != UserRole::kOwner) continue;
      ++owners;
      is_owner |= each.id == user.id;
    }
    if (is_owner && owners == 1) {
      return errors::InvalidOperation(
          "This is the last owner of the company. Add another one first.");
    }
    return tx.RemoveUser(user);
  });
  if (absl::IsNotFound(status)) return UnknownUser();
  ZT_RETURN_IF_ERROR(status);
  return google::protobuf::Empty();
}

absl::StatusOr<v1::ListUsersResponse> Users::ListOfPartner(const PartnerOwner& caller,
                                                           const v1::ListPartnerUsersRequest&) {
  return List(caller.right().partner, CustomerId());
}

absl::StatusOr<v1::User> Users::CreateOfPartner(const PartnerOwner& caller,
                                                const v1::CreatePartnerUserRequest& request) {
  store::User user;
  user.partner = caller.right().partner;
  return Create(caller.actor(), std::move(user), request.user());
}

absl::StatusOr<google::protobuf::Empty> Users::DeleteOfPartner(
    const PartnerOwner& caller, const v1::DeletePartnerUserRequest& request) {
  store::User user;
  user.partner = caller.right().partner;
  return Delete(caller.actor(), std::move(user), request.name());
}

absl::StatusOr<v1::ListUsersResponse> Users::ListOfCustomer(const CustomerOwner& caller,
                                                            const v1::ListCustomerUsersRequest&) {
  return List(PartnerId(), caller.right().customer);
}

absl::StatusOr<v1::User> Users::CreateOfCustomer(const CustomerOwner& caller,
                                                 const v1::CreateCustomerUserRequest& request) {
  store::User user;
  user.customer = caller.right().customer;
  return Create(caller.actor(), std::move(user), request.user());
}

absl::StatusOr<google::protobuf::Empty> Users::DeleteOfCustomer(
    const CustomerOwner& caller, const v1::DeleteCustomerUserRequest& request) {
  store::User user;
  user.customer = caller.right().customer;
  return Delete(caller.actor(), std::move(user), request.name());
}

}  // namespace zerotouch::service
