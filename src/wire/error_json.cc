#include "wire/error_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "absl/strings/cord.h"
#include "base/status_text.h"
#include "google/protobuf/any.pb.h"
#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "json/json.h"
#include "model/errors.h"
#include "wire/responses.h"

namespace zerotouch::wire {
namespace {

constexpr const char* kDetailTypes[] = {errors::kCustomErrorType, errors::kTosErrorType,
                                        errors::kErrorInfoType, errors::kBadRequestType,
                                        errors::kRetryInfoType};

// Google's front end names the same realm everywhere; some clients cannot read
// a challenge without one.
constexpr char kChallenge[] = "Bearer realm=\"https://accounts.google.com/\"";

// The envelope up to its details: code, message as JSON, status.
constexpr char kPrettyHead[] =
    "{{\n  \"error\": {{\n    \"code\": {},\n    \"message\": {},\n    \"status\": \"{}\"";
constexpr char kCompactHead[] = "{{\"error\":{{\"code\":{},\"message\":{},\"status\":\"{}\"";

// How deep the objects in `details` stand: envelope, error, list.
constexpr int kDetailDepth = 3;

void AppendDetails(const absl::Status& status, bool pretty, std::string& out) {
  const char* const line = pretty ? "\n      " : "";
  bool any_yet = false;
  for (const char* type : kDetailTypes) {
    const auto payload = status.GetPayload(type);
    if (!payload) continue;
    out += any_yet ? "," : pretty ? ",\n    \"details\": [" : ",\"details\":[";
    out += line;
    any_yet = true;
    google::protobuf::Any detail;
    detail.set_type_url(type);
    detail.set_value(std::string(*payload));
    json::Append(detail, {.pretty = pretty, .depth = kDetailDepth}, out);
  }
  if (any_yet) out += pretty ? "\n    ]" : "]";
}

// Whole seconds after which to come again; nullopt if `status` does not say.
std::optional<int64_t> RetryAfterSeconds(const absl::Status& status) {
  const auto payload = status.GetPayload(errors::kRetryInfoType);
  google::rpc::RetryInfo info;
  if (!payload || !info.ParseFromString(std::string(*payload))) return std::nullopt;
  const auto& delay = info.retry_delay();
  return std::max<int64_t>(1, delay.seconds() + (delay.nanos() > 0 ? 1 : 0));
}

}  // namespace

std::string ErrorJson(const absl::Status& status, bool pretty) {
  const std::string& name =
      google::rpc::Code_Name(static_cast<google::rpc::Code>(static_cast<int>(status.code())));
  std::string message;
  json::AppendString(MessageOf(status), message);
  std::string out = fmt::format(fmt::runtime(pretty ? kPrettyHead : kCompactHead),
                                errors::HttpStatusOf(status), message, name);
  AppendDetails(status, pretty, out);
  out += pretty ? "\n  }\n}\n" : "}}";
  return out;
}

HttpResponse ErrorResponse(const absl::Status& status, bool pretty) {
  HttpResponse response = JsonResponse(errors::HttpStatusOf(status), ErrorJson(status, pretty));
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
