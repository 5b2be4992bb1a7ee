// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_ERROR_JSON_H_
#define ZEROTOUCH_WIRE_REST_ERROR_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "http/http.h"
#include "wire/rest/query.h"

namespace zerotouch::wire {

// `status`, one of errors/errors.h, as the body of an answer: Google's error
// envelope (AIP-193). `code` is the HTTP status; the details come in the order
// of errors.h, and what that header does not list is left out. Version 1 of the
// envelope has `errors` besides: a reason in the words of Google's older APIs
// for each thing that is wrong.
std::string ErrorJson(const absl::Status& status, bool pretty,
                      ErrorFormat format = ErrorFormat::kV2);

// The whole answer to `status`: ErrorJson, with `WWW-Authenticate` where a
// credential is missing or will not do (RFC 6750 section 3), and `Retry-After`
// in whole seconds, at least 1, where it says when to come again.
http::Response ErrorResponse(const absl::Status& status, bool pretty,
                             ErrorFormat format = ErrorFormat::kV2);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_ERROR_JSON_H_
