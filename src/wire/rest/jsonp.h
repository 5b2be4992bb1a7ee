// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_JSONP_H_
#define ZEROTOUCH_WIRE_REST_JSONP_H_

#include <string>

#include "http/http.h"

namespace zerotouch::wire {

// Turns a JSON answer into a script that calls the function named `callback` with
// it, for pages that load it by <script>. Sets the status to 200, because such
// pages cannot read other answers; the status remains in the error's `code`.
void WrapForCallback(const std::string& callback, http::Response& response);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_JSONP_H_
