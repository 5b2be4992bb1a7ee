// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_AUTHORIZED_H_
#define ZEROTOUCH_AUTH_AUTHORIZED_H_

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "auth/principal.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/resource_name.h"
#include "model/role.h"
#include "store/actor.h"

// Rights. A service function takes Authorized<Right>, which only Authorize can
// make: it cannot be called without the check that it needs. Authorize checks
// rights before anything is looked up, and its answer does not depend on whether
// the resource exists.
namespace zerotouch::auth {

// Acts for a reseller. Needs the reseller scope and an account or a person of this reseller,
// with this role or a greater one.
template <UserRole kLeast>
struct ForPartner {
  PartnerId partner;
  std::string account;  // e-mail address
};
using ReadsForPartner = ForPartner<UserRole::kViewer>;
using AssignsForPartner = ForPartner<UserRole::kAssigner>;
using ManagesForPartner = ForPartner<UserRole::kManager>;
using ActsForPartner = ForPartner<UserRole::kAdmin>;
using OwnsPartner = ForPartner<UserRole::kOwner>;

// Reads the operations of `partner`. Needs the reseller scope.
struct ReadsOperations {
  PartnerId partner;
};

// Cancels, deletes or undoes the operations of `partner`. Needs the reseller scope and a
// manager.
struct ChangesOperations {
  PartnerId partner;
  std::string account;  // e-mail address of the caller
};

// Acts for a customer. Needs the customer scope, an account or a person of this customer with
// this role or a greater one, and the newest terms of service accepted.
template <UserRole kLeast>
struct ForCustomer {
  CustomerId customer;
};
using ReadsForCustomer = ForCustomer<UserRole::kViewer>;
using AssignsForCustomer = ForCustomer<UserRole::kAssigner>;
using ManagesForCustomer = ForCustomer<UserRole::kManager>;
using ActsForCustomer = ForCustomer<UserRole::kAdmin>;
using OwnsCustomer = ForCustomer<UserRole::kOwner>;

// Lists the account's customers. Needs the customer scope and, if there are
// customers, the newest terms accepted for at least one of them.
struct ListsCustomers {
  std::vector<CustomerId> customers;  // ascending; also those with pending terms
};

// Uses the controls of a sandbox. Needs no account: a method of this right is only in
// the method table of a sandbox.
struct AnyoneInSandbox {};

// Holds true if callers of methods of this right must be authenticated.
template <class Right>
inline constexpr bool kNeedsCredentials = !std::is_same_v<Right, AnyoneInSandbox>;

// Returns the account of `caller` as the actor of changes that it makes by `right`.
template <class Right>
store::Actor ActorOf(const Right& right, const Principal& caller) {
  store::Actor actor;
  if constexpr (requires { right.partner; }) {
    actor.kind = store::ActorKind::kReseller;
    actor.partner = right.partner;
  } else if constexpr (requires { right.customer; }) {
    actor.kind = store::ActorKind::kCustomer;
    actor.customer = right.customer;
  }
  actor.account = caller.email;
  return actor;
}

template <class Right>
class Authorized {
 public:
  const Right& right() const { return right_; }

  // Returns who makes the changes of the call, for store::Store::Write.
  const store::Actor& actor() const { return actor_; }
  // Sets the call that makes them.
  void SetCall(std::string method, std::string request_id) {
    actor_.method = std::move(method);
    actor_.request_id = std::move(request_id);
  }

 private:
  template <class R, class Request>
  friend absl::StatusOr<Authorized<R>> Authorize(const Principal&, const Request&,
                                                 const std::string&);
  Authorized(Right right, const Principal& caller)
      : right_(std::move(right)), actor_(ActorOf(right_, caller)) {}
  Right right_;
  store::Actor actor_;
};

// Returns the partner that a request names: its `partner_id`, `metadata_owner_id`,
// or the first part of its `parent`, its `name`, or the name of its webhook. nullopt if it
// names no partner.
template <class Request>
std::optional<PartnerId> PartnerOf(const Request& request) {
  if constexpr (requires { request.partner_id(); }) {
    return PartnerId(request.partner_id());
  } else if constexpr (requires { request.metadata_owner_id(); }) {
    return PartnerId(request.metadata_owner_id());
  } else if constexpr (requires { request.parent(); }) {
    return LeadingPartner(request.parent());
  } else if constexpr (requires { request.webhook(); }) {
    return LeadingPartner(request.webhook().name());
  } else {
    return LeadingPartner(request.name());
  }
}

// Returns the customer that a request names: the first part of its `parent`, its
// `name`, or the name of its webhook or configuration.
template <class Request>
std::optional<CustomerId> CustomerOf(const Request& request) {
  if constexpr (requires { request.parent(); }) {
    return LeadingCustomer(request.parent());
  } else if constexpr (requires { request.name(); }) {
    return LeadingCustomer(request.name());
  } else if constexpr (requires { request.webhook(); }) {
    return LeadingCustomer(request.webhook().name());
  } else {
    return LeadingCustomer(request.configuration().name());
  }
}

// One rule for each right. `method` is the full RPC name.

inline absl::Status RequireRole(UserRole role, UserRole least) {
  return role >= least ? absl::OkStatus() : errors::RoleNotEnough(NameOf(role), NameOf(least));
}

// Returns OK if the caller may act for its reseller with this role.
inline absl::Status RequireReseller(const Principal& caller, const std::string& method,
                                    UserRole least) {
  if (!caller.scopes.reseller) return errors::InsufficientScope(kResellerScope, method);
  if (!caller.partner) return errors::NotAllowed();
  return RequireRole(caller.partner_role, least);
}

inline absl::Status RequireCustomer(const Principal& caller, const std::string& method) {
  return caller.scopes.customer ? absl::OkStatus()
                                : errors::InsufficientScope(kCustomerScope, method);
}

template <UserRole kLeast, class Request>
absl::StatusOr<ForPartner<kLeast>> Grant(std::type_identity<ForPartner<kLeast>>,
                                         const Principal& caller, const Request& request,
                                         const std::string& method) {
  // Says nothing of the caller's role for one company if the request is for another.
  ZT_RETURN_IF_ERROR(RequireReseller(caller, method, UserRole::kNone));
  if (PartnerOf(request) != caller.partner) return errors::NotAllowed();
  ZT_RETURN_IF_ERROR(RequireRole(caller.partner_role, kLeast));
  return ForPartner<kLeast>{.partner = caller.partner, .account = caller.email};
}

template <class Request>
absl::StatusOr<ReadsOperations> Grant(std::type_identity<ReadsOperations>, const Principal& caller,
                                      const Request&, const std::string& method) {
  ZT_RETURN_IF_ERROR(RequireReseller(caller, method, UserRole::kViewer));
  return ReadsOperations{caller.partner};
}

template <class Request>
absl::StatusOr<ChangesOperations> Grant(std::type_identity<ChangesOperations>,
                                        const Principal& caller, const Request&,
                                        const std::string& method) {
  ZT_RETURN_IF_ERROR(RequireReseller(caller, method, UserRole::kManager));
  return ChangesOperations{.partner = caller.partner, .account = caller.email};
}

template <UserRole kLeast, class Request>
absl::StatusOr<ForCustomer<kLeast>> Grant(std::type_identity<ForCustomer<kLeast>>,
                                          const Principal& caller, const Request& request,
                                          const std::string& method) {
  ZT_RETURN_IF_ERROR(RequireCustomer(caller, method));
  const std::optional<CustomerId> customer = CustomerOf(request);
  if (!customer.has_value()) return errors::NotAllowed();
  const auto place = std::ranges::lower_bound(caller.customers, *customer);
  if (place == caller.customers.end() || *place != *customer) return errors::NotAllowed();
  ZT_RETURN_IF_ERROR(RequireRole(
      caller.RoleForCustomer(static_cast<size_t>(place - caller.customers.begin())), kLeast));
  if (std::ranges::binary_search(caller.terms_pending, *customer)) {
    return errors::TermsNotAccepted();
  }
  return ForCustomer<kLeast>{*customer};
}

template <class Request>
absl::StatusOr<ListsCustomers> Grant(std::type_identity<ListsCustomers>, const Principal& caller,
                                     const Request&, const std::string& method) {
  ZT_RETURN_IF_ERROR(RequireCustomer(caller, method));
  if (!caller.customers.empty() && caller.terms_pending.size() == caller.customers.size()) {
    return errors::TermsNotAccepted();
  }
  return ListsCustomers{caller.customers};
}

template <class Request>
absl::StatusOr<AnyoneInSandbox> Grant(std::type_identity<AnyoneInSandbox>, const Principal&,
                                      const Request&, const std::string&) {
  return AnyoneInSandbox{};
}

// Checks that `caller` has the right for `request`. `method` is the full RPC name.
// Returns PERMISSION_DENIED if the scope is missing, the account does not belong to
// the company, or the customer has not accepted the terms of service.
template <class Right, class Request>
absl::StatusOr<Authorized<Right>> Authorize(const Principal& caller, const Request& request,
                                            const std::string& method) {
  ZT_ASSIGN_OR_RETURN(Right right, Grant(std::type_identity<Right>(), caller, request, method));
  return Authorized<Right>(std::move(right), caller);
}

// Checks an account's scope and kind for a right, whatever the request.
template <class Right>
struct AccountCheck {
  static absl::Status Check(const Principal& caller, const std::string& method) {
    return RequireReseller(
        caller, method,
        std::is_same_v<Right, ChangesOperations> ? UserRole::kManager : UserRole::kViewer);
  }
};
template <UserRole kLeast>
struct AccountCheck<ForPartner<kLeast>> {
  static absl::Status Check(const Principal& caller, const std::string& method) {
    return RequireReseller(caller, method, kLeast);
  }
};
template <UserRole kLeast>
struct AccountCheck<ForCustomer<kLeast>> {
  static absl::Status Check(const Principal& caller, const std::string& method) {
    ZT_RETURN_IF_ERROR(RequireCustomer(caller, method));
    return caller.customers.empty() ? errors::NotAllowed() : absl::OkStatus();
  }
};
template <>
struct AccountCheck<ListsCustomers> {
  static absl::Status Check(const Principal& caller, const std::string& method) {
    return RequireCustomer(caller, method);
  }
};
template <>
struct AccountCheck<AnyoneInSandbox> {
  static absl::Status Check(const Principal&, const std::string&) { return absl::OkStatus(); }
};

// Checks that `caller` has the right for some request: the scope, and an account of
// this kind. Otherwise returns the error that Authorize returns for every request.
template <class Right>
absl::Status CheckAccount(const Principal& caller, const std::string& method) {
  return AccountCheck<Right>::Check(caller, method);
}

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_AUTHORIZED_H_
