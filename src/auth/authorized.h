#ifndef ZEROTOUCH_AUTH_AUTHORIZED_H_
#define ZEROTOUCH_AUTH_AUTHORIZED_H_

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "auth/principal.h"
#include "model/errors.h"
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

// Checks that `caller` has the right for `request`; `method` is the full RPC
// name. PERMISSION_DENIED if the scope is missing, or the account is not bound
// to the company.
template <class Right, class Request>
absl::StatusOr<Authorized<Right>> Authorize(const Principal& caller, const Request& request,
                                            const std::string& method) {
  static_assert(std::same_as<Right, ActsForPartner> || std::same_as<Right, ReadsOperations>);
  if (!caller.scopes.reseller) return errors::InsufficientScope(kResellerScope, method);
  if (!caller.partner) return errors::NotAllowed();
  if constexpr (std::same_as<Right, ActsForPartner>) {
    if (PartnerOf(request) != caller.partner) return errors::NotAllowed();
  }
  return Authorized<Right>(Right{caller.partner});
}

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_AUTHORIZED_H_
