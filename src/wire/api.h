// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_API_H_
#define ZEROTOUCH_WIRE_API_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "auth/token_endpoint.h"
#include "base/clock.h"
#include "http/http.h"
#include "sandbox/seam.h"
#include "store/store.h"
#include "wire/control_guard.h"
#include "wire/describe/discovery.h"
#include "wire/dispatch.h"
#include "wire/methods.h"
#include "wire/portal/portal.h"
#include "wire/rest/routes.h"

namespace zerotouch::wire {

// Answers every HTTP request of the server:
//   /v1/...          the API; the descriptors define the routes
//   /openzerotouch/v1/..., /sandbox/v1/...    our own packages, if the table has them
//   POST /batch      many calls of it in one request
//   GET /$discovery/rest?version=v1           the API's description for Google's clients
//   GET /$discovery/OPENAPI3_0?version=v1     the same for other tools
//   /portal/...      the portal, if there is one
//   POST /token      OAuth 2.0 tokens
//   GET /healthz     200 while the process runs
//   GET /readyz      200 while calls can be answered, 503 if the store cannot be
//                    read or the server drains
// and 404 for all else. OPTIONS lists a path's methods. Thread-safe.
class Api final : public http::Handler, private Calls {
 public:
  // All arguments must outlive it.
  Api(const MethodTable& methods, auth::Authenticator& authenticator, auth::TokenEndpoint& tokens,
      store::Store& store, const Clock& clock, const sandbox::CallSeam& seam = sandbox::NoSeam());

  // Sets the URL under which clients reach this server, without a slash at the end.
  // The discovery documents contain it.
  void SetRootUrl(std::string url);

  // Serves a portal. Call it before the first request; `portal` must outlive this.
  void SetPortal(Portal& portal) { portal_ = &portal; }

  std::optional<http::Response> RefuseEarly(http::Request& header) override;
  bool Blocks() const override { return store_.ReadsWait(); }
  void Serve(http::Request request, http::Executors& executors, http::Done done) override;
  using http::Handler::Handle;
  http::Response Handle(http::Request& request) override;
  bool IsHealthCheck(const http::Request& request) override;
  http::Response RenderFault(const http::Fault& fault, const http::Request& header) override;

  // Returns OK if calls can be answered; the state that /readyz reports.
  absl::Status CheckReady();

  // Runs the calls, those of other protocols too. Lives as long as this.
  Dispatch& dispatch() { return dispatch_; }

  // Guards the methods that need no credentials, those of other protocols too. Lives as
  // long as this.
  const ControlGuard& guard() const { return guard_; }

  // Makes /readyz report that no more requests should be sent here, and ends the
  // waits for operations.
  void SetDraining() {
    draining_ = true;
    dispatch_.StopWaiting();
  }

 private:
  struct Endpoint;  // a path of the server beside the API
  struct Head;      // what a request's head says, parsed once

  static std::span<const Endpoint> Endpoints();
  static const Endpoint* FindEndpoint(std::string_view method, std::string_view decoded_path);
  // Returns the head that RefuseEarly parsed, or parses it.
  std::shared_ptr<Head> HeadOf(const http::Request& request) const;
  // Returns false if pages of other sites must not read the answer.
  bool IsForPages(const Head& head) const;
  // Lets pages of other sites read the answer if they may.
  void AllowPages(const http::Request& request, http::Response& response) const;

  MethodKind KindOf(const http::Request& request, const Head& head) const;
  static bool IsToken(const Head& head);
  static MethodKind KindOfToken(const http::Request& request, const Head& head);

  // Returns an error if the request can be refused without its body.
  absl::Status CheckHead(const http::Request& header, Head& head,
                         std::optional<uint64_t> body_bytes) const;
  // Checks the route and what the query asks for.
  static absl::Status CheckCall(const Head& head);
  // Authenticates the caller; or checks that the caller of a method that needs no
  // credentials is not a web page.
  absl::Status Admit(const http::Request& request, Head& head) const;

  http::Response AnswerCall(http::Request& request, absl::Duration& may_wait) override;
  bool Authenticate(http::Request& request) override;
  http::Response RefuseCall(const absl::Status& status, const http::Request& request) override;
  absl::Duration TakeDelay(const http::Request& request) override;
  std::string ResourceOf(const http::Request& request) override;
  void LogCall(const http::Request& request, const http::Response& response,
               absl::Duration took) override;
  // Counts a call and writes its line of the log.
  void NoteCall(const http::Request& request, const Head& head, int http_status,
                absl::Duration took);
  // Returns what the call is counted as.
  size_t CountedAs(const Head& head);
  // Adds the call to the log of a sandbox.
  void Record(const http::Request& request, Head& head, const http::Response& response,
              absl::Duration took) const;
  // Renders an error in the form that the query asks for, and keeps its code for
  // LogCall.
  static http::Response Refuse(const absl::Status& status, const Head& head);

  // Return the answer that a fault rule gives instead of the method; nullopt: none. Decide
  // once about each call. The answer of a call that is to wait first is dropped.
  std::optional<http::Response> FaultOf(const http::Request& request, Head& head) const;
  std::optional<http::Response> FaultOfToken(const http::Request& request, Head& head) const;

  // Answers a request, or a call in a batch, without compression.
  http::Response AnswerPlain(http::Request& request, absl::Duration& may_wait);
  http::Response Respond(http::Request& request, Head& head, absl::Duration& may_wait);
  absl::StatusOr<http::Response> Call(http::Request& request, Head& head, absl::Duration& may_wait);
  http::Response Options(const http::Request& request, const Head& head);
  http::Response AnswerPortal(const http::Request& request, const Head& head);

  // The functions of Endpoints.
  http::Response Healthy(const http::Request& request, Head& head);
  http::Response Ready(const http::Request& request, Head& head);
  http::Response Token(const http::Request& request, Head& head);
  static http::Response TokenResponse(auth::TokenAnswer answer, Head& head);
  http::Response Batch(const http::Request& request, Head& head);
  http::Response Discovery(const http::Request& request, Head& head);

  const RouteTable routes_;
  const MethodTable& methods_;
  auth::Authenticator& authenticator_;
  auth::TokenEndpoint& tokens_;
  store::Store& store_;
  Dispatch dispatch_;
  ControlGuard guard_;
  const sandbox::CallSeam& seam_;
  const Clock& clock_;
  DiscoveryDocuments discovery_;
  Portal* portal_ = nullptr;
  std::atomic<bool> draining_ = false;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_API_H_
