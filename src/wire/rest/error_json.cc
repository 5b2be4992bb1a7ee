// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/error_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "absl/strings/cord.h"
#include "base/json_string.h"
#include "base/status_text.h"
#include "errors/errors.h"
#include "google/protobuf/any.pb.h"
#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "json/json.h"
#include "wire/error_details.h"
#include "wire/rest/responses.h"

namespace zerotouch::wire {
namespace {

// The realm of Google's front end. Some clients cannot read a challenge without a
// realm.
constexpr char kChallenge[] = "Bearer realm=\"https://accounts.google.com/\"";

// The envelope up to its details. Takes code, message as JSON, `errors`, status.
constexpr char kPrettyHead[] =
    "{{\n  \"error\": {{\n    \"code\": {},\n    \"message\": {}{},\n    \"status\": \"{}\"";
constexpr char kCompactHead[] = "{{\"error\":{{\"code\":{},\"message\":{}{},\"status\":\"{}\"";

// The nesting depth of the objects in `details`: envelope, error, list.
constexpr int kDetailDepth = 3;

void AppendDetails(const absl::Status& status, bool pretty, std::string& out) {
  const char* const line = pretty ? "\n      " : "";
  bool any_yet = false;
  for (const google::protobuf::Any& detail : DetailsOf(status)) {
    out += any_yet ? "," : pretty ? ",\n    \"details\": [" : ",\"details\":[";
    out += line;
    any_yet = true;
    json::Append(detail, {.pretty = pretty, .depth = kDetailDepth}, out);
  }
  if (any_yet) out += pretty ? "\n    ]" : "]";
}

// One of the `errors` of version 1. Empty texts are omitted.
struct OldError {
  std::string message;
  std::string_view domain = "global";
  std::string_view reason;
  std::string_view location = {};
};

std::string_view ReasonOf(const absl::Status& status, int http_status) {
  switch (http_status) {
    case 400:
      return absl::IsFailedPrecondition(status) ? "failedPrecondition" : "badRequest";
    case 403:
      return status.GetPayload(errors::kChallengeType) ? "insufficientPermissions" : "forbidden";
    case 404:
      return "notFound";
    case 409:
      return "conflict";
    case 413:
      return "uploadTooLarge";
    case 414:
    case 415:
    case 431:
      return "badRequest";
    case 429:
      return "rateLimitExceeded";
    case 499:
      return "cancelled";
    case 501:
      return "notImplemented";
    default:
      return "backendError";
  }
}

std::vector<OldError> OldErrorsOf(const absl::Status& status) {
  const int http_status = errors::HttpStatusOf(status);
  if (http_status == 401) {
    const bool missing = !status.GetPayload(errors::kChallengeType).has_value();
    return {{.message = missing ? "Login Required." : "Invalid Credentials",
             .reason = missing ? "required" : "authError",
             .location = "Authorization"}};
  }
  std::vector<OldError> all;
  google::rpc::BadRequest detail;
  const auto payload = status.GetPayload(errors::kBadRequestType);
  const bool is_custom = status.GetPayload(errors::kCustomErrorType).has_value();
  if (payload && !is_custom && detail.ParseFromString(std::string(*payload))) {
    for (const auto& violation : detail.field_violations()) {
      const bool is_value = violation.description().starts_with("Invalid value");
      all.push_back({.message = violation.description(),
                     .domain = is_value ? "" : "global",
                     .reason = is_value ? "invalid" : "badRequest"});
    }
  }
  if (all.empty()) {
    all.push_back(
        {.message = std::string(MessageOf(status)), .reason = ReasonOf(status, http_status)});
  }
  return all;
}

void AppendMember(std::string_view name, std::string_view value, bool pretty, std::string& out) {
  if (value.empty()) return;
  if (!out.ends_with('{')) out += ',';
  if (pretty) out += "\n        ";
  out += fmt::format("\"{}\":{}", name, pretty ? " " : "");
  AppendJsonString(value, out);
}

// `,"errors":[...]`
std::string OldErrorsJson(const absl::Status& status, bool pretty) {
  std::string out = pretty ? ",\n    \"errors\": [" : ",\"errors\":[";
  for (const OldError& error : OldErrorsOf(status)) {
    if (!out.ends_with('[')) out += ',';
    out += pretty ? "\n      {" : "{";
    AppendMember("message", error.message, pretty, out);
    AppendMember("domain", error.domain, pretty, out);
    AppendMember("reason", error.reason, pretty, out);
    AppendMember("location", error.location, pretty, out);
    AppendMember("locationType", error.location.empty() ? "" : "header", pretty, out);
    out += pretty ? "\n      }" : "}";
  }
  out += pretty ? "\n    ]" : "]";
  return out;
}

// Returns the retry delay of `status` in whole seconds, or nullopt without one.
std::optional<int64_t> RetryAfterSeconds(const absl::Status& status) {
  const auto payload = status.GetPayload(errors::kRetryInfoType);
  google::rpc::RetryInfo info;
  if (!payload || !info.ParseFromString(std::string(*payload))) return std::nullopt;
  const auto& delay = info.retry_delay();
  return std::max<int64_t>(1, delay.seconds() + (delay.nanos() > 0 ? 1 : 0));
}

}  // namespace

std::string ErrorJson(const absl::Status& status, bool pretty, ErrorFormat format) {
  const std::string& name =
      google::rpc::Code_Name(static_cast<google::rpc::Code>(static_cast<int>(status.code())));
  std::string message;
  AppendJsonString(MessageOf(status), message);
  std::string out =
      fmt::format(fmt::runtime(pretty ? kPrettyHead : kCompactHead), errors::HttpStatusOf(status),
                  message, format == ErrorFormat::kV1 ? OldErrorsJson(status, pretty) : "", name);
  AppendDetails(status, pretty, out);
  out += pretty ? "\n  }\n}\n" : "}}";
  return out;
}

http::Response ErrorResponse(const absl::Status& status, bool pretty, ErrorFormat format) {
  http::Response response =
      JsonResponse(errors::HttpStatusOf(status), ErrorJson(status, pretty, format));
  const auto challenge = status.GetPayload(errors::kChallengeType);
  if (challenge) {
    response.headers.Add("WWW-Authenticate",
                         fmt::format("{}, {}", kChallenge, std::string(*challenge)));
  } else if (response.status == 401) {
    response.headers.Add("WWW-Authenticate", kChallenge);
  }
  if (const auto seconds = RetryAfterSeconds(status)) {
    response.headers.Add("Retry-After", fmt::format("{}", *seconds));
  }
  return response;
}

}  // namespace zerotouch::wire
