// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_API_ERROR_H_
#define ZEROTOUCH_CLIENT_API_ERROR_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/transport.h"

namespace zerotouch::client {

// An error answer of the API (Google's JSON error envelope, AIP-193).
struct ApiError {
  int http_status = 0;
  std::string status;               // `NOT_FOUND`; empty if the body is not an envelope
  std::string message;              // for people
  std::string code;                 // of the CustomError detail: `INVALID_DEVICE_ID`, or empty
  std::string custom_message;       // of the same detail
  bool terms_not_accepted = false;  // a TosError: accept the terms in the portal
  std::optional<absl::Duration> retry_after;  // Retry-After
  std::string request_id;                     // X-Request-Id, for the server's log; or empty

  // Returns true if the API itself sent it, and not a proxy.
  bool is_envelope() const { return !status.empty(); }
};

// Parses an answer whose status is not 2xx.
ApiError ParseApiError(const HttpResponse& response);

// Returns the error as a status. Its code is the API's google.rpc.Code, or follows
// from the HTTP status; its message is one line with the API's texts
// and the id of the request. It carries the
// answer for ApiErrorOf.
absl::Status ErrorStatus(const HttpResponse& response);

// Returns the error answer that ErrorStatus stored in `status`. nullopt if there was
// no answer, for example because the server was not reached.
std::optional<ApiError> ApiErrorOf(const absl::Status& status);

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_API_ERROR_H_
