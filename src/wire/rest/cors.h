// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_CORS_H_
#define ZEROTOUCH_WIRE_REST_CORS_H_

#include <string_view>

#include "http/http.h"

// Calls from web pages (the Fetch standard, "CORS protocol"). Pages of any origin
// may call, as with Google's API: the rights of a call depend only on its token,
// never on a cookie or an address that a browser adds by itself.
namespace zerotouch::wire {

// Returns the answer to an OPTIONS request, a preflight too, for a path that takes
// `methods`, such as "GET, HEAD".
http::Response OptionsResponse(const http::Request& request, std::string_view methods);

// Adds the headers that let a page read the answer to its request.
void AllowOrigin(const http::Request& request, http::Response& response);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_CORS_H_
