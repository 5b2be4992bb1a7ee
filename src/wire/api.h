// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_API_H_
#define ZEROTOUCH_WIRE_API_H_

#include <atomic>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "auth/authenticator.h"
#include "auth/principal.h"
#include "auth/token_endpoint.h"
#include "base/clock.h"
#include "http/http.h"
#include "store/store.h"
#include "wire/describe/discovery.h"
#include "wire/methods.h"
#include "wire/rest/query.h"
#include "wire/rest/routes.h"

namespace zerotouch::wire {

// Everything that the server answers over HTTP:
//   /v1/...          the API; the routes are those of the descriptors
//   POST /batch      many calls of it in one request
//   GET /$discovery/rest?version=v1           what the API is, for Google's clients
//   GET /$discovery/OPENAPI3_0?version=v1     the same, for others' tools
//   POST /token      OAuth 2.0 tokens
//   GET /healthz     200 while the process runs
//   GET /readyz      200 while it can serve, 503 when the store cannot be read
//                    or the server is about to stop
// and 404 for all else; OPTIONS says what a path takes. Thread-safe.
class Api final : public http::Handler {
 public:
  // All must outlive it.
  Api(const MethodTable& methods, auth::Authenticator& authenticator, auth::TokenEndpoint& tokens,
      store::Store& store, const Clock& clock);

  // The URL under which clients reach this server, without a slash at the end,
  // once it is known: it is written in the discovery documents.
  void SetRootUrl(std::string url);

  std::optional<http::Response> RefuseEarly(const http::Request& header) override;
  http::Response Handle(http::Request request) override;
  http::Response RenderFault(const http::Fault& fault, const http::Request& header) override;

  // OK if calls can be answered; what /readyz says.
  absl::Status CheckReady();

  // Makes /readyz say that no more requests should be sent here.
  void SetDraining() { draining_ = true; }

 private:
  // The answer to a request, or to a call in a batch, before it is compressed.
  http::Response Serve(http::Request& request);
  // `account` gets the caller's name, for the log, once it is known.
  http::Response Respond(http::Request& request, std::string& account);
  // The answer if the path is none of the API's own.
  std::optional<http::Response> RespondBesideApi(const http::Request& request,
                                                 const Target& target);
  http::Response Ready(const http::Request& request);
  http::Response Token(const http::Request& request, std::string_view query);
  http::Response Batch(const http::Request& request);
  http::Response Options(const http::Request& request, std::string_view path);
  absl::StatusOr<http::Response> Call(http::Request& request, const Target& target,
                                      const Query& query, std::string& account);
  absl::StatusOr<auth::Principal> Authenticate(const http::Request& request, const Query& query);
  absl::Status CheckHeader(const http::Request& header, const Target& target, const Query& query);
  void LogCall(const http::Request& request, int status, absl::Time begun,
               std::string_view account) const;

  const RouteTable routes_;
  const MethodTable& methods_;
  auth::Authenticator& authenticator_;
  auth::TokenEndpoint& tokens_;
  store::Store& store_;
  const Clock& clock_;
  DiscoveryDocuments discovery_;
  std::atomic<bool> draining_ = false;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_API_H_
