// SPDX-License-Identifier: Apache-2.0
#include "auth/token_endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <simdjson.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <utility>

#include "auth/access_token.h"
#include "base/form.h"
#include "base/json_string.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/rejections.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "base/utf8.h"
#include "crypto/encoding.h"
#include "crypto/jwt.h"

namespace zerotouch::auth {
namespace {

constexpr std::string_view kGrantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";

// The results in zerotouch_tokens_total; the last one is for an error that is not here.
constexpr std::string_view kResults[] = {"ok",
                                         "invalid_request",
                                         "unsupported_grant_type",
                                         "invalid_grant",
                                         "invalid_scope",
                                         "temporarily_unavailable",
                                         "server_error"};

metrics::Family<metrics::Counter> tokens_by_result(
    {.name = "zerotouch_tokens_total", .help = "Answers of the token endpoint."},
    {{"result", {std::begin(kResults), std::end(kResults)}}});

size_t IndexOfResult(std::string_view error) {
  if (error.empty()) return 0;
  const auto* const found = std::find(std::begin(kResults), std::end(kResults) - 1, error);
  return static_cast<size_t>(found - std::begin(kResults));
}

// `error` is a literal.
TokenAnswer Error(int http_status, std::string_view error, std::string_view description) {
  std::string body = fmt::format("{{\"error\":\"{}\",\"error_description\":", error);
  AppendJsonString(description, body);
  return {.http_status = http_status, .body = body + "}\n", .error = error};
}

TokenAnswer InvalidRequest(std::string_view description) {
  return Error(400, "invalid_request", description);
}

// Returns the answer to a request past the quota of an account or address.
TokenAnswer TooMany(absl::Duration wait, std::string_view whose, int64_t quota) {
  CountRejection(Rejection::kTokenQuota);
  TokenAnswer answer =
      Error(429, "temporarily_unavailable",
            fmt::format("The quota of this {} is {} requests in a minute. Retry later; an access "
                        "token is valid for an hour.",
                        whose, quota));
  answer.retry_after_seconds = absl::ToInt64Seconds(absl::Ceil(wait, absl::Seconds(1)));
  return answer;
}

// Returns what identifies a client by its address. In IPv6 a client has a /64.
std::string NetworkOf(std::string_view address) {
  in6_addr bytes = {};
  std::string text(address);
  if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1 || IN6_IS_ADDR_V4MAPPED(&bytes)) return text;
  return std::string(reinterpret_cast<const char*>(bytes.s6_addr), 8);
}

// The parameters of a request. Each method that returns text returns what is wrong
// with the request, empty if nothing is.
class Parameters {
 public:
  std::string AddForm(std::string_view text) {
    for (FormField& field : ParseForm(text)) {
      if (!field.name || !field.value) return "Malformed percent-encoding in a parameter.";
      std::string wrong = Add(*std::move(field.name), *std::move(field.value));
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  std::string AddJson(std::string_view text) {
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(text.data(), text.size()).get(object) != simdjson::SUCCESS) {
      return "The body is not a JSON object.";
    }
    for (const auto& [name, value] : object) {
      std::string_view string;
      if (value.get(string) != simdjson::SUCCESS) return NotAString(name);
      std::string wrong = Add(std::string(name), std::string(string));
      if (!wrong.empty()) return wrong;
    }
    return "";
  }

  // Returns the value of a parameter, empty if it is not given.
  std::string Get(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
  }

 private:
  static std::string_view Short(std::string_view name) { return utf8::Truncate(name, 64); }
  static std::string NotAString(std::string_view name) {
    return fmt::format("The parameter \"{}\" is not a string.", Short(name));
  }
  std::string Add(std::string name, std::string&& value) {
    const auto [at, added] = values_.try_emplace(std::move(name), std::move(value));
    if (added) return "";
    return fmt::format("The parameter \"{}\" is given more than once.", Short(at->first));
  }

  std::map<std::string, std::string> values_;
};

// Reads the parameters of the query and the body. Returns what is wrong with them, empty if
// nothing is.
std::string ReadParameters(const TokenRequest& request, Parameters& parameters) {
  std::string wrong = parameters.AddForm(request.query);
  if (!wrong.empty() || request.body.empty()) return wrong;
  if (IsMediaType(request.content_type, kFormType)) return parameters.AddForm(request.body);
  if (IsMediaType(request.content_type, "application/json"))
    return parameters.AddJson(request.body);
  return fmt::format("Unsupported Content-Type of the body: use {}.", kFormType);
}

}  // namespace

TokenAnswer TokenEndpoint::Answer(const TokenRequest& request) {
  if (quota_.per_peer > 0 && !request.peer.empty()) {
    const absl::Duration wait =
        peers_taken_.Take(NetworkOf(request.peer), quota_.per_peer, clock_.Now());
    if (wait > absl::ZeroDuration()) return TooMany(wait, "address", quota_.per_peer);
  }
  Parameters parameters;
  const std::string wrong = ReadParameters(request, parameters);
  if (!wrong.empty()) return InvalidRequest(wrong);
  const std::string grant_type = parameters.Get("grant_type");
  const std::string assertion = parameters.Get("assertion");
  if (grant_type.empty()) return InvalidRequest("The parameter grant_type is missing.");
  if (grant_type != kGrantType) {
    return Error(400, "unsupported_grant_type",
                 fmt::format("Unsupported grant_type: use {}.", kGrantType));
  }
  if (assertion.empty()) return InvalidRequest("The parameter assertion is missing.");
  return Grant(assertion, request.host);
}

bool TokenEndpoint::MayWrite(const TokenRequest& request) {
  Parameters parameters;
  if (!ReadParameters(request, parameters).empty()) return false;
  const absl::StatusOr<crypto::ParsedJwt> jwt = crypto::ParseJwt(parameters.Get("assertion"));
  return jwt.ok() && !jwt->claims.id.empty();
}

TokenAnswer TokenEndpoint::Unavailable(const absl::Status& status) {
  log::Error("cannot grant a token", {{"error", MessageOf(status)}});
  return Error(503, "temporarily_unavailable", "The service is unavailable. Retry later.");
}

void TokenEndpoint::Count(std::string_view error) {
  tokens_by_result.At(IndexOfResult(error)).Add();
}

TokenAnswer TokenEndpoint::Grant(std::string_view assertion, std::string_view host) {
  const absl::StatusOr<int64_t> version = accounts_.Version();
  if (!version.ok()) return Unavailable(version.status());
  const absl::StatusOr<VerifiedJwt> jwt = VerifyJwt(accounts_, *version, assertion, clock_);
  if (absl::IsInvalidArgument(jwt.status())) {
    return Error(400, "invalid_grant", MessageOf(jwt.status()));
  }
  if (!jwt.ok()) return Unavailable(jwt.status());
  TokenAnswer answer = GrantTo(*jwt, *version, host);
  answer.account = jwt->account->email;
  return answer;
}

TokenAnswer TokenEndpoint::GrantTo(const VerifiedJwt& jwt, int64_t version, std::string_view host) {
  const absl::Time now = clock_.Now();
  if (!audience_.AcceptsAssertion(jwt.claims.audience.value_or(""), host)) {
    return Error(400, "invalid_grant",
                 "Invalid JWT: aud must be this server's token endpoint, the token_uri of the "
                 "key file.");
  }
  const Scopes scopes = ParseScopes(jwt.claims.scope);
  if (scopes.empty()) {
    return Error(400, "invalid_scope",
                 fmt::format("No scope of this API in the JWT: use {} or {}.", kResellerScope,
                             kCustomerScope));
  }
  const std::string& email = jwt.account->email;
  if (quota_.per_minute > 0) {
    const absl::Duration wait = accounts_taken_.Take(email, quota_.per_minute, now);
    if (wait > absl::ZeroDuration()) return TooMany(wait, "account", quota_.per_minute);
  }
  const absl::StatusOr<std::shared_ptr<const std::string>> key = accounts_.TokenKey(version);
  if (!key.ok()) return Unavailable(key.status());
  const absl::StatusOr<bool> is_new = jwt.claims.id.empty() ? true : Use(jwt);
  if (!is_new.ok()) return Unavailable(is_new.status());
  if (!*is_new) {
    return Error(400, "invalid_grant",
                 "Invalid JWT: its jti was used before. Sign a new assertion for each token.");
  }
  if (uses_ != nullptr) uses_->Note(email, jwt.key_id, KeyUses::HourOf(now));
  const std::string token = MintToken({.email = email,
                                       .key_id = jwt.key_id,
                                       .scopes = scopes,
                                       .expires = now + limits::kAccessTokenLifetime},
                                      **key);
  return {.http_status = 200,
          .body = fmt::format(
              "{{\"access_token\":\"{}\",\"expires_in\":{},\"token_type\":\"Bearer\"}}\n", token,
              absl::ToInt64Seconds(limits::kAccessTokenLifetime) - 1)};
}

absl::StatusOr<bool> TokenEndpoint::Use(const VerifiedJwt& jwt) {
  const store::AssertionUse use = {.email = jwt.account->email,
                                   .digest = crypto::Sha256(jwt.claims.id),
                                   .expires = jwt.claims.expires_at + limits::kJwtSkew};
  // A clock that was moved must not make an id forgotten too early.
  const absl::Time now = std::min(clock_.Now(), clock_.Real().Now());
  bool is_new = false;
  ZT_RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(is_new, transaction.UseAssertion(use, limits::kAssertionsPerAccount, now));
    return absl::OkStatus();
  }));
  return is_new;
}

}  // namespace zerotouch::auth
