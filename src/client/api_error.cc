// SPDX-License-Identifier: Apache-2.0
#include "client/api_error.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/cord.h"
#include "base/utf8.h"
#include "google/rpc/code.pb.h"

namespace zerotouch::client {
namespace {

constexpr char kPayload[] = "zerotouch.client/api-error";

// Bytes of a text from the server that are shown.
constexpr size_t kShownBytes = 500;

using simdjson::dom::element;

std::string Text(const simdjson::simdjson_result<element>& value) {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

void ReadDetail(const element& detail, ApiError& error) {
  const std::string type = Text(detail["@type"]);
  if (type.ends_with(".CustomError")) {
    error.code = Text(detail["code"]);
    error.custom_message = Text(detail["message"]);
  }
  error.terms_not_accepted |= type.ends_with(".TosError");
}

void ReadEnvelope(const std::string& body, ApiError& error) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(body).get(root) != simdjson::SUCCESS) return;
  const auto envelope = root["error"];
  error.status = Text(envelope["status"]);
  error.message = Text(envelope["message"]);
  simdjson::dom::array details;
  if (envelope["details"].get(details) != simdjson::SUCCESS) return;
  for (const element detail : details) ReadDetail(detail, error);
}

// Returns `text` as one line: several violations come as several lines.
std::string OneLine(std::string_view text) {
  std::string line(utf8::Truncate(text, kShownBytes));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (text.size() > kShownBytes) line += "...";
  return line;
}

absl::StatusCode CodeOfHttp(int http_status) {
  switch (http_status) {
    case 400:
      return absl::StatusCode::kInvalidArgument;
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return absl::StatusCode::kAborted;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    case 501:
      return absl::StatusCode::kUnimplemented;
    case 502:
    case 503:
      return absl::StatusCode::kUnavailable;
    case 504:
      return absl::StatusCode::kDeadlineExceeded;
    default:
      return http_status >= 500 ? absl::StatusCode::kInternal : absl::StatusCode::kUnknown;
  }
}

absl::StatusCode CodeOf(const ApiError& error) {
  google::rpc::Code code;
  if (google::rpc::Code_Parse(error.status, &code) && code != google::rpc::OK) {
    return static_cast<absl::StatusCode>(code);
  }
  return CodeOfHttp(error.http_status);
}

}  // namespace

ApiError ParseApiError(const HttpResponse& response) {
  ApiError error{.http_status = response.status,
                 .retry_after = response.retry_after,
                 .request_id = response.request_id};
  ReadEnvelope(response.body, error);
  if (error.message.empty()) error.message = OneLine(response.body);
  return error;
}

absl::Status ErrorStatus(const HttpResponse& response) {
  const ApiError error = ParseApiError(response);
  std::string line = fmt::format("HTTP {}", error.http_status);
  for (const std::string& text : {error.status, error.code}) {
    if (!text.empty()) line += " " + text;
  }
  if (!error.message.empty()) line += ": " + OneLine(error.message);
  if (!error.custom_message.empty() && error.custom_message != error.message) {
    line += fmt::format(" ({})", OneLine(error.custom_message));
  }
  if (!error.request_id.empty()) line += fmt::format(" [request {}]", OneLine(error.request_id));
  absl::Status status(CodeOf(error), line);
  const int64_t retry_after_ms =
      error.retry_after ? absl::ToInt64Milliseconds(*error.retry_after) : -1;
  status.SetPayload(kPayload,
                    absl::Cord(fmt::format("{} {} {}\n{}", error.http_status, retry_after_ms,
                                           response.request_id, response.body)));
  return status;
}

std::optional<ApiError> ApiErrorOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  if (!payload) return std::nullopt;
  const std::string text(*payload);
  HttpResponse response;
  char* at = nullptr;
  response.status = static_cast<int>(std::strtol(text.c_str(), &at, 10));
  const int64_t retry_after_ms = std::strtoll(at, &at, 10);
  if (retry_after_ms >= 0) response.retry_after = absl::Milliseconds(retry_after_ms);
  const size_t id = static_cast<size_t>(at + 1 - text.c_str());
  const size_t end = text.find('\n', id);
  response.request_id = text.substr(id, end - id);
  response.body = text.substr(end + 1);
  return ParseApiError(response);
}

}  // namespace zerotouch::client
