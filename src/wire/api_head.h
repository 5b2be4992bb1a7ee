// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_API_HEAD_H_
#define ZEROTOUCH_WIRE_API_HEAD_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "errors/errors.h"
#include "http/http.h"
#include "sandbox/fault_rules.h"
#include "wire/api.h"
#include "wire/caller.h"
#include "wire/logged_bodies.h"
#include "wire/rest/query.h"
#include "wire/rest/routes.h"
#include "wire/target.h"

namespace zerotouch::wire {

// The head of a request, parsed once, and what became of the call so far.
struct Api::Head final : http::RequestContext {
  // Both must outlive it.
  Head(const http::Request& request, const RouteTable& routes, const MethodTable& methods,
       bool has_portal);
  Head(const Head&) = delete;
  Head& operator=(const Head&) = delete;

  // Returns false for methods and endpoints that need no credentials, and for OPTIONS.
  bool IsCall() const { return !body_limit.has_value(); }

  // Returns the resource that the path names; empty if it names none.
  std::string Resource() const {
    if (!route.ok()) return "";
    for (const UrlTemplate::Binding& binding : route->bindings) {
      if (binding.field == "name") return binding.value;
    }
    return "";
  }

  const std::string method;  // after X-HTTP-Method-Override
  const std::string target;  // as received
  const Target parts;        // of `target`
  const std::string path;    // decoded, because clients may encode the `$`
  const Query query;
  const Endpoint* const endpoint;    // null for calls of the API
  const bool is_portal;              // a path of the portal
  std::optional<size_t> body_limit;  // for requests without authentication
  bool is_open = false;              // a method that needs no credentials
  absl::StatusOr<RouteMatch> route;  // not OK for endpoints and OPTIONS
  Caller caller;
  std::unique_ptr<const sandbox::FaultPlan> plan;  // once it is decided
  absl::Duration delay;                            // of the plan, until it is taken
  LoggedBodies bodies;
  // OAuth's error of an answer of /token, a literal; empty: a token.
  std::optional<std::string_view> token_error;
  // The code of the error that was answered. Endpoints get a constant head.
  mutable absl::StatusCode answered = absl::StatusCode::kOk;
};

struct Api::Endpoint {
  MethodKind kind;
  std::string_view path;    // decoded
  std::string_view method;  // GET includes HEAD
  size_t body_bytes;        // the limit
  http::Response (Api::*answer)(const http::Request& request, Head& head);
};

// Returns the name of a protocol for logs.
std::string_view ProtocolName(http::Protocol protocol);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_API_HEAD_H_
