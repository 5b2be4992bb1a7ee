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

// Rights. A service function takes Authorized<Right>, which only Authorize can
// make: it cannot be called, nor even written, without the check it needs.
// Rights are checked before anything is looked up, and the answer is the same
// whether or not what is asked for exists.
namespace zerotouch::auth {

// To act for this reseller: the reseller scope, and an account bound to it.
struct ActsForPartner {
  PartnerId partner;
};

// To read operations: the reseller scope. Only those of `partner` are shown.
struct ReadsOperations {
  PartnerId partner;
};

// To call them off or delete them: the same. Only those of `partner` are there.
struct ChangesOperations {
  PartnerId partner;
};

// To act for this customer: the customer scope, an account bound to it, and the
// newest terms of service accepted.
struct ActsForCustomer {
  CustomerId customer;
};

// To learn which customers the account is bound to: the customer scope and, if
// there are any, the newest terms accepted for one of them.
struct ListsCustomers {
  std::vector<CustomerId> customers;  // ascending; all, with pending terms too
};

template <class Right>
class Authorized {
 public:
  const Right& right() const { return right_; }

 private:
  template <class R, class Request>
  friend absl::StatusOr<Authorized<R>> Authorize(const Principal&, const Request&,
                                                 const std::string&);
  explicit Authorized(Right right) : right_(std::move(right)) {}
  Right right_;
};

// The partner that a request is about: its `partner_id`, `metadata_owner_id`,
// or the first part of its `parent` or `name`. nullopt if it names none.
template <class Request>
std::optional<PartnerId> PartnerOf(const Request& request) {
  if constexpr (requires { request.partner_id(); }) {
    return PartnerId(request.partner_id());
  } else if constexpr (requires { request.metadata_owner_id(); }) {
    return PartnerId(request.metadata_owner_id());
  } else if constexpr (requires { request.parent(); }) {
    return LeadingPartner(request.parent());
  } else {
    return LeadingPartner(request.name());
  }
}

// The customer that a request is about: the first part of its `parent`, `name`
// or, where it brings a configuration, of that one's name.
template <class Request>
std::optional<CustomerId> CustomerOf(const Request& request) {
  if constexpr (requires { request.parent(); }) {
    return LeadingCustomer(request.parent());
  } else if constexpr (requires { request.name(); }) {
    return LeadingCustomer(request.name());
  } else {
    return LeadingCustomer(request.configuration().name());
  }
}

// The rights themselves, one rule for each. `method` is the full RPC name.

inline absl::Status RequireReseller(const Principal& caller, const std::string& method) {
  if (!caller.scopes.reseller) return errors::InsufficientScope(kResellerScope, method);
  return caller.partner ? absl::OkStatus() : errors::NotAllowed();
}

template <class Request>
absl::StatusOr<ActsForPartner> Grant(std::type_identity<ActsForPartner>, const Principal& caller,
                                     const Request& request, const std::string& method) {
  ZT_RETURN_IF_ERROR(RequireReseller(caller, method));
  if (PartnerOf(request) != caller.partner) return errors::NotAllowed();
  return ActsForPartner{caller.partner};
}

template <class Request>
absl::StatusOr<ReadsOperations> Grant(std::type_identity<ReadsOperations>, const Principal& caller,
                                      const Request&, const std::string& method) {
  ZT_RETURN_IF_ERROR(RequireReseller(caller, method));
  return ReadsOperations{caller.partner};
}

template <class Request>
absl::StatusOr<ChangesOperations> Grant(std::type_identity<ChangesOperations>,
                                        const Principal& caller, const Request&,
                                        const std::string& method) {
  ZT_RETURN_IF_ERROR(RequireReseller(caller, method));
  return ChangesOperations{caller.partner};
}

template <class Request>
absl::StatusOr<ActsForCustomer> Grant(std::type_identity<ActsForCustomer>, const Principal& caller,
                                      const Request& request, const std::string& method) {
  if (!caller.scopes.customer) return errors::InsufficientScope(kCustomerScope, method);
  const std::optional<CustomerId> customer = CustomerOf(request);
  if (!customer.has_value() || !std::ranges::binary_search(caller.customers, *customer)) {
    return errors::NotAllowed();
  }
  if (std::ranges::binary_search(caller.terms_pending, *customer)) {
    return errors::TermsNotAccepted();
  }
  return ActsForCustomer{*customer};
}

template <class Request>
absl::StatusOr<ListsCustomers> Grant(std::type_identity<ListsCustomers>, const Principal& caller,
                                     const Request&, const std::string& method) {
  if (!caller.scopes.customer) return errors::InsufficientScope(kCustomerScope, method);
  if (!caller.customers.empty() && caller.terms_pending.size() == caller.customers.size()) {
    return errors::TermsNotAccepted();
  }
  return ListsCustomers{caller.customers};
}

// Checks that `caller` has the right for `request`; `method` is the full RPC
// name. PERMISSION_DENIED if the scope is missing, the account is not bound to
// the company, or the customer's terms of service are not accepted.
template <class Right, class Request>
absl::StatusOr<Authorized<Right>> Authorize(const Principal& caller, const Request& request,
                                            const std::string& method) {
  ZT_ASSIGN_OR_RETURN(Right right, Grant(std::type_identity<Right>(), caller, request, method));
  return Authorized<Right>(std::move(right));
}

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_AUTHORIZED_H_
