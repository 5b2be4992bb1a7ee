// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_METHOD_OVERRIDE_H_
#define ZEROTOUCH_WIRE_REST_METHOD_OVERRIDE_H_

#include <string_view>

#include "absl/status/status.h"
#include "http/http.h"

namespace zerotouch::wire {

// Returns the HTTP method in X-HTTP-Method-Override if `request` is a POST with
// that header, and else its own method. Clients send the header if they cannot
// send the method (Java: PATCH), or if the URL would be too long (Java, Python:
// GET).
std::string_view IntendedMethod(const http::Request& request);

// Sets the method of `request` to the intended one. For a GET, HEAD or DELETE,
// moves the form in the body to the query. Returns errors::BadRequest if such a
// body is not a form.
absl::Status ApplyMethodOverride(http::Request& request);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_METHOD_OVERRIDE_H_
