// SPDX-License-Identifier: Apache-2.0
#include "client/access_tokens.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "client/api_error.h"
#include "crypto/jwt.h"

namespace zerotouch::client {
namespace {

// `:` is the only character of the grant's name that a form must encode. A JWT has no
// such character.
constexpr char kForm[] =
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={}";

// The maximum that Google's token endpoint accepts.
constexpr absl::Duration kAssertionLifetime = absl::Hours(1);

// A token is renewed this long before it expires, or after half its lifetime if that
// is shorter than twice this: a call that begins with it must be able to finish.
constexpr absl::Duration kSpare = absl::Minutes(5);

// The assumed lifetime of a token without expires_in.
constexpr int64_t kDefaultLifetimeSeconds = 300;

struct TokenAnswer {
  std::string token;
  absl::Duration lifetime;
};

absl::StatusOr<TokenAnswer> ParseToken(const std::string& body) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view token;
  if (parser.parse(body).get(root) != simdjson::SUCCESS ||
      root["access_token"].get(token) != simdjson::SUCCESS || token.empty()) {
    return absl::InternalError("the answer of the token endpoint has no access token");
  }
  int64_t seconds = kDefaultLifetimeSeconds;
  if (root["expires_in"].get(seconds) != simdjson::SUCCESS) seconds = kDefaultLifetimeSeconds;
  return TokenAnswer{.token = std::string(token), .lifetime = absl::Seconds(seconds)};
}

// Returns the reason in an error answer (RFC 6749 section 5.2).
std::string Reason(const HttpResponse& answer) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view error;
  std::string_view description;
  if (parser.parse(answer.body).get(root) != simdjson::SUCCESS ||
      root["error"].get(error) != simdjson::SUCCESS) {
    return fmt::format("HTTP {}", answer.status);
  }
  if (root["error_description"].get(description) != simdjson::SUCCESS) return std::string(error);
  return fmt::format("{}: {}", error, description);
}

}  // namespace

AccessTokens::AccessTokens(Credentials credentials, std::string scope, Transport& transport,
                           Pacer& pacer, OnRetry on_retry)
    : credentials_(std::move(credentials)),
      scope_(std::move(scope)),
      transport_(transport),
      pacer_(pacer),
      on_retry_(std::move(on_retry)) {}

absl::StatusOr<std::string> AccessTokens::Get(const RetryPolicy& policy) {
  const MutexLock lock(mutex_);
  if (token_.empty() || pacer_.Now() >= renew_after_) ZT_RETURN_IF_ERROR(Fetch(policy));
  return token_;
}

void AccessTokens::Drop(std::string_view token) {
  const MutexLock lock(mutex_);
  if (token_ == token) token_.clear();
}

absl::StatusOr<std::string> AccessTokens::Assertion(absl::Time now) const {
  return crypto::SignJwt(credentials_.key, credentials_.key_id,
                         {.issuer = credentials_.email,
                          .subject = {},
                          .audience = credentials_.token_uri,
                          .scope = scope_,
                          .issued_at = now,
                          .expires_at = now + kAssertionLifetime});
}

absl::Status AccessTokens::Fetch(const RetryPolicy& policy) {
  const absl::Time now = pacer_.Now();
  ZT_ASSIGN_OR_RETURN(const std::string assertion, Assertion(now));
  const std::string form = fmt::format(kForm, assertion);
  ZT_ASSIGN_OR_RETURN(
      const HttpResponse answer,
      SendWithRetries(transport_, pacer_, policy, Repeat::kAlways,
                      {.method = "POST",
                       .url = credentials_.token_uri,
                       .headers = {"Content-Type: application/x-www-form-urlencoded"},
                       .body = form},
                      on_retry_));
  if (answer.status == 400 || answer.status == 401 || answer.status == 403) {
    return absl::UnauthenticatedError(
        fmt::format("{} refused an access token for {}: {} (Is the key file from this server, and "
                    "is the key still valid?)",
                    credentials_.token_uri, credentials_.email, Reason(answer)));
  }
  if (answer.status != 200) return ErrorStatus(answer);
  ZT_ASSIGN_OR_RETURN(TokenAnswer granted, ParseToken(answer.body));
  token_ = std::move(granted.token);
  renew_after_ = now + std::max(granted.lifetime - kSpare, granted.lifetime / 2);
  return absl::OkStatus();
}

}  // namespace zerotouch::client
