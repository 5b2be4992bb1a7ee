// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_JSONP_H_
#define ZEROTOUCH_WIRE_REST_JSONP_H_

#include <string>

#include "http/http.h"

namespace zerotouch::wire {

// Makes a JSON answer the script that calls `callback`, a function's name, with
// it: what a page that loads it by <script> can read. That is also why its
// status becomes 200, whatever it was: it is in the error's `code`.
void WrapForCallback(const std::string& callback, http::Response& response);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_JSONP_H_
