// SPDX-License-Identifier: Apache-2.0
#include "auth/token_endpoint.h"

#include <fmt/format.h>

#include <map>
#include <memory>

#include "auth/access_token.h"
#include "auth/assertion.h"
#include "base/json_string.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"

namespace zerotouch::auth {
namespace {

constexpr std::string_view kGrantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Decodes application/x-www-form-urlencoded text; what is malformed stays.
std::string DecodeForm(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
        HexValue(text[i + 2]) >= 0) {
      decoded += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

std::map<std::string, std::string> ParseForm(std::string_view text) {
  std::map<std::string, std::string> fields;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    fields[DecodeForm(pair.substr(0, equals))] = DecodeForm(pair.substr(equals + 1));
  }
  return fields;
}

TokenAnswer Error(int http_status, std::string_view error, std::string_view description) {
  std::string body = fmt::format("{{\"error\":\"{}\",\"error_description\":", error);
  AppendJsonString(description, body);
  return {.http_status = http_status, .body = body + "}\n"};
}

TokenAnswer Unavailable(const absl::Status& status) {
  log::Error("cannot grant a token", {{"error", MessageOf(status)}});
  return Error(503, "temporarily_unavailable", "The service is unavailable. Try again later.");
}

}  // namespace

TokenAnswer TokenEndpoint::Answer(std::string_view content_type, std::string_view body,
                                  std::string_view query) const {
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  if (!body.empty() && !content_type.starts_with(kForm)) {
    return Error(400, "invalid_request", fmt::format("The body must be {}.", kForm));
  }
  auto fields = ParseForm(body.empty() ? query : body);
  if (!fields.contains("grant_type")) {
    return Error(400, "invalid_request", "The parameter grant_type is missing.");
  }
  if (fields["grant_type"] != kGrantType) {
    return Error(400, "unsupported_grant_type",
                 fmt::format("This server grants tokens for {} alone.", kGrantType));
  }
  if (fields["assertion"].empty()) {
    return Error(400, "invalid_request", "The parameter assertion is missing.");
  }
  return Grant(fields["assertion"]);
}

TokenAnswer TokenEndpoint::Grant(std::string_view assertion) const {
  const absl::StatusOr<std::unique_ptr<store::Snapshot>> snapshot = store_.Read();
  if (!snapshot.ok()) return Unavailable(snapshot.status());
  const absl::Time now = clock_.Now();
  const absl::StatusOr<VerifiedJwt> jwt = VerifyJwt(**snapshot, assertion, now);
  if (absl::IsInvalidArgument(jwt.status())) {
    return Error(400, "invalid_grant", MessageOf(jwt.status()));
  }
  if (!jwt.ok()) return Unavailable(jwt.status());
  if (!audience_.TakesAssertion(jwt->claims.audience.value_or(""))) {
    return Error(400, "invalid_grant",
                 "Invalid JWT: aud must be this server's token endpoint, the token_uri of the "
                 "key file.");
  }
  const Scopes scopes = ParseScopes(jwt->claims.scope);
  if (scopes.empty()) {
    return Error(400, "invalid_scope",
                 fmt::format("The scope must be {} or {}.", kResellerScope, kCustomerScope));
  }
  const absl::StatusOr<std::string> secret = (*snapshot)->ServerSecret();
  if (!secret.ok()) return Unavailable(secret.status());
  const std::string token = MintToken({.email = jwt->account.email,
                                       .key_id = jwt->key_id,
                                       .scopes = scopes,
                                       .expires = now + limits::kAccessTokenLifetime},
                                      *secret);
  return {.http_status = 200,
          .body = fmt::format(
              "{{\"access_token\":\"{}\",\"expires_in\":{},\"token_type\":\"Bearer\"}}\n", token,
              absl::ToInt64Seconds(limits::kAccessTokenLifetime) - 1)};
}

}  // namespace zerotouch::auth
