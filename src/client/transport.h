// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_TRANSPORT_H_
#define ZEROTOUCH_CLIENT_TRANSPORT_H_

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
  std::string_view body;             // must live until the answer is here; not copied
  // On a connection of its own, for on a used one that turns out to be closed
  // HTTP libraries send a request again by themselves, whatever its method.
  bool only_once = false;
  absl::Duration timeout = absl::Minutes(2);  // for all of it; at least 1 ms is given
};

struct HttpResponse {
  int status = 0;
  std::string body;                           // inflated
  std::string challenge;                      // WWW-Authenticate; empty if absent
  std::optional<absl::Duration> retry_after;  // of either form (RFC 9110 section 10.2.3)
};

// Carries one request to a server and its answer back. Implementations are
// thread-safe.
class Transport {
 public:
  virtual ~Transport() = default;

  // The answer, whatever its status. An error is
  // - UNAVAILABLE if the server has certainly not seen the request;
  // - ABORTED if it may have, but no whole answer came;
  // - DEADLINE_EXCEEDED as ABORTED, for want of time;
  // - INVALID_ARGUMENT if the request can never be sent.
  // Its message names the server, never a header.
  virtual absl::StatusOr<HttpResponse> Send(const HttpRequest& request) = 0;
};

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_TRANSPORT_H_
