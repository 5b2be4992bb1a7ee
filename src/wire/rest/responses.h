// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_RESPONSES_H_
#define ZEROTOUCH_WIRE_REST_RESPONSES_H_

#include <string>

#include "http/http.h"

namespace zerotouch::wire {

// An answer whose body is JSON, with the headers that every answer of the API
// carries: not to be stored by shared caches, nor taken for another type.
http::Response JsonResponse(int http_status, std::string body);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_RESPONSES_H_
