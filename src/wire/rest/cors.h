// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_CORS_H_
#define ZEROTOUCH_WIRE_REST_CORS_H_

#include <string_view>

#include "http/http.h"

// Calls from web pages (the Fetch standard, "CORS protocol"). Pages of any
// origin may call, as they may Google's own API: what a call can do depends on
// the token that it carries, and never on a cookie or an address that a browser
// would add by itself.
namespace zerotouch::wire {

// The answer to an OPTIONS request for a path that takes `methods`, as
// "GET, HEAD": what may be sent there, also to a browser that asks before a
// page's call (a preflight).
http::Response OptionsResponse(const http::Request& request, std::string_view methods);

// Lets a page read the answer to its request.
void AllowOrigin(const http::Request& request, http::Response& response);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_CORS_H_
