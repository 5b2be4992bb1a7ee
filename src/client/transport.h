// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_TRANSPORT_H_
#define ZEROTOUCH_CLIENT_TRANSPORT_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace zerotouch::client {

struct HttpRequest {
  std::string method;
  std::string url;
  std::vector<std::string> headers;  // `Name: value`; may hold secrets
  std::string_view body;             // not copied: must outlive the call
  // Uses a new connection. On a reused one that turns out to be closed, HTTP
  // libraries send a request again by themselves, whatever its method.
  bool only_once = false;
  absl::Duration timeout = absl::Minutes(2);  // of the whole request; at least 1 ms is used
  // Receives the body of an answer with a status of 2xx, piece by piece as it comes, instead
  // of HttpResponse::body. Returns false to end the request, which then fails with ABORTED.
  std::function<bool(std::string_view piece)> on_piece;
};

struct HttpResponse {
  int status = 0;
  std::string body;                           // decompressed
  std::string challenge;                      // WWW-Authenticate; empty if absent
  std::string request_id;                     // X-Request-Id; empty if absent
  std::optional<absl::Duration> retry_after;  // in either form (RFC 9110 section 10.2.3)
};

// Sends requests to servers. Implementations are thread-safe.
class Transport {
 public:
  virtual ~Transport() = default;

  // Sends a request and returns the answer, whatever its status. Errors are
  // - UNAVAILABLE if the server certainly did not see the request;
  // - ABORTED if it may have seen it, but no complete answer arrived;
  // - DEADLINE_EXCEEDED for the same, after the timeout;
  // - INVALID_ARGUMENT if the request can never be sent.
  // The message names the server, without a user name or password, and no header.
  virtual absl::StatusOr<HttpResponse> Send(const HttpRequest& request) = 0;
};

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_TRANSPORT_H_
