// SPDX-License-Identifier: Apache-2.0
// The token endpoint over HTTP.
#include <string>
#include <string_view>
#include <utility>

#include "auth/token_endpoint.h"
#include "wire/api.h"
#include "wire/api_head.h"

namespace zerotouch::wire {
namespace {

auth::TokenRequest TokenRequestOf(const http::Request& request, std::string_view query) {
  return {.content_type = request.headers.Get("Content-Type"),
          .body = request.body,
          .query = query,
          .host = request.headers.Get("Host"),
          .peer = request.peer};
}

}  // namespace

bool Api::IsToken(const Head& head) {
  return head.endpoint != nullptr && head.endpoint->answer == &Api::Token;
}

MethodKind Api::KindOfToken(const http::Request& request, const Head& head) {
  return auth::TokenEndpoint::MayWrite(TokenRequestOf(request, head.parts.query))
             ? MethodKind::kShortWrite
             : MethodKind::kShortRead;
}

http::Response Api::Token(const http::Request& request, Head& head) {
  auth::TokenAnswer answer = tokens_.Answer(TokenRequestOf(request, head.parts.query));
  head.caller.SetEmail(std::move(answer.account));
  return TokenResponse(std::move(answer), head);
}

http::Response Api::TokenResponse(auth::TokenAnswer answer, Head& head) {
  head.token_error = answer.error;
  http::Response response;
  response.status = answer.http_status;
  response.headers.Add("Content-Type", "application/json; charset=UTF-8");
  response.headers.Add("Cache-Control", "no-store");  // RFC 6749 section 5.1
  response.headers.Add("X-Content-Type-Options", "nosniff");
  if (answer.retry_after_seconds > 0) {
    response.headers.Add("Retry-After", std::to_string(answer.retry_after_seconds));
  }
  response.body = std::move(answer.body);
  return response;
}

}  // namespace zerotouch::wire
