// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_ERROR_JSON_H_
#define ZEROTOUCH_WIRE_REST_ERROR_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "http/http.h"
#include "wire/rest/query.h"

namespace zerotouch::wire {

// Returns `status`, one of errors/errors.h, in Google's error envelope (AIP-193).
// `code` is the HTTP status. The details have the order of errors.h; other payloads
// are omitted. Version 1 of the envelope also has `errors`, with a reason of
// Google's older APIs for each violation.
std::string ErrorJson(const absl::Status& status, bool pretty,
                      ErrorFormat format = ErrorFormat::kV2);

// Returns the answer for `status`: ErrorJson, with `WWW-Authenticate` if a credential
// is missing or insufficient (RFC 6750 section 3), and with `Retry-After` in whole
// seconds, at least 1, if the status has a retry delay.
http::Response ErrorResponse(const absl::Status& status, bool pretty,
                             ErrorFormat format = ErrorFormat::kV2);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_ERROR_JSON_H_
