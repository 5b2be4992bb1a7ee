// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_RESPONSES_H_
#define ZEROTOUCH_WIRE_REST_RESPONSES_H_

#include <string>

#include "http/http.h"

namespace zerotouch::wire {

// Returns an answer with a JSON body and the headers of every answer of the API,
// which keep it out of shared caches and keep browsers from guessing its type.
http::Response JsonResponse(int http_status, std::string body);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_RESPONSES_H_
