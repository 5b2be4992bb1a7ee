// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/cors.h"

#include <string>

#include "absl/strings/ascii.h"

namespace zerotouch::wire {
namespace {

constexpr char kHourInSeconds[] = "3600";

// Returns true if `text` is a list of header names: it is echoed.
bool IsNameList(std::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
        std::string_view("-_, ").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return !text.empty();
}

}  // namespace

http::Response OptionsResponse(const http::Request& request, std::string_view methods) {
  http::Response response;
  response.headers.Add("Allow", std::string(methods));
  if (!request.headers.Has("Origin") || !request.headers.Has("Access-Control-Request-Method")) {
    return response;
  }
  response.headers.Add("Access-Control-Allow-Methods", std::string(methods));
  const std::string_view wanted = request.headers.Get("Access-Control-Request-Headers");
  if (IsNameList(wanted)) {
    response.headers.Add("Access-Control-Allow-Headers", std::string(wanted));
  }
  response.headers.Add("Access-Control-Max-Age", kHourInSeconds);
  return response;
}

void AllowOrigin(const http::Request& request, http::Response& response) {
  if (!request.headers.Has("Origin")) return;
  response.headers.Add("Access-Control-Allow-Origin", "*");
  response.headers.Add("Access-Control-Expose-Headers",
                       "Retry-After, WWW-Authenticate, X-Request-Id");
}

}  // namespace zerotouch::wire
