// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/responses.h"

#include <utility>

namespace zerotouch::wire {

http::Response JsonResponse(int http_status, std::string body) {
  http::Response response;
  response.status = http_status;
  response.headers.Add("Content-Type", "application/json; charset=UTF-8");
  response.headers.Add("Vary", "Origin, X-Origin, Referer");
  response.headers.Add("Cache-Control", "private");
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.body = std::move(body);
  return response;
}

}  // namespace zerotouch::wire
