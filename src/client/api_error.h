// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_API_ERROR_H_
#define ZEROTOUCH_CLIENT_API_ERROR_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/transport.h"

namespace zerotouch::client {

// What an error answer of the API says (Google's JSON error envelope, AIP-193).
struct ApiError {
  int http_status = 0;
  std::string status;               // `NOT_FOUND`; empty if the body was no envelope
  std::string message;              // for people
  std::string code;                 // of the CustomError detail, `INVALID_DEVICE_ID`; empty if none
  std::string custom_message;       // of the same detail
  bool terms_not_accepted = false;  // a TosError: the portal asks for its terms
  std::optional<absl::Duration> retry_after;  // when the server wants to be asked again

  // Whether it came from the API itself, and not from a proxy on the way.
  bool is_envelope() const { return !status.empty(); }
};

// The error in an answer whose status is not 2xx.
ApiError ParseApiError(const HttpResponse& response);

// The same as a status: its code is the API's google.rpc.Code (or follows from
// the HTTP status), its message is one line with what the API said; the answer
// itself goes with it, for ApiErrorOf.
absl::Status ErrorStatus(const HttpResponse& response);

// The error answer that `status` was made of; nullopt if the API said nothing
// (the server was not reached, say).
std::optional<ApiError> ApiErrorOf(const absl::Status& status);

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_API_ERROR_H_
