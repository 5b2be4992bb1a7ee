// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_METHOD_OVERRIDE_H_
#define ZEROTOUCH_WIRE_REST_METHOD_OVERRIDE_H_

#include <string_view>

#include "absl/status/status.h"
#include "http/http.h"

namespace zerotouch::wire {

// The HTTP method that `request` stands for: that of X-HTTP-Method-Override,
// which clients send with a POST where they cannot send another (Java: PATCH),
// or whose URL is too long (Java, Python: GET).
std::string_view IntendedMethod(const http::Request& request);

// Turns a POST that stands for another method into that one. Of a GET, HEAD or
// DELETE the form in the body becomes part of the query, and the body is gone.
// errors::BadRequest if such a body is no form.
absl::Status ApplyMethodOverride(http::Request& request);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_METHOD_OVERRIDE_H_
