// SPDX-License-Identifier: Apache-2.0
#include "wire/fault_answers.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/form.h"
#include "base/json_string.h"
#include "base/status_text.h"
#include "crypto/encoding.h"
#include "errors/errors.h"

namespace zerotouch::wire {
namespace {

// Sends the first bytes of an answer, then fails, so that the engine cuts it off.
class CutSource final : public http::BodySource {
 public:
  CutSource(std::string begin, std::unique_ptr<http::BodySource> rest, uint64_t bytes)
      : begin_(std::move(begin)), rest_(std::move(rest)), left_(bytes) {}

  absl::StatusOr<bool> Next(std::string& out) override {
    constexpr size_t kPieceBytes = size_t{32} << 10;
    if (left_ == 0) return absl::AbortedError("a fault rule of the sandbox truncates it");
    const size_t before = out.size();
    if (at_ < begin_.size()) {
      const size_t bytes = std::min<uint64_t>({left_, kPieceBytes, begin_.size() - at_});
      out.append(begin_, at_, bytes);
      at_ += bytes;
    } else if (rest_ != nullptr) {
      const absl::StatusOr<bool> more = rest_->Next(out);
      if (!more.ok()) return more;
      if (!*more) rest_ = nullptr;
    } else {
      left_ = 0;
      return true;
    }
    if (out.size() - before > left_) out.resize(before + left_);
    left_ -= out.size() - before;
    return true;
  }
  uint64_t HeldBytes() const override {
    return rest_ != nullptr ? rest_->HeldBytes() : begin_.size() + limits::kStreamedAnswerBytes;
  }

 private:
  const std::string begin_;
  std::unique_ptr<http::BodySource> rest_;
  uint64_t left_;
  size_t at_ = 0;
};

constexpr std::pair<int, absl::StatusCode> kByHttp[] = {
    {400, absl::StatusCode::kInternal},         {401, absl::StatusCode::kUnauthenticated},
    {403, absl::StatusCode::kPermissionDenied}, {404, absl::StatusCode::kUnimplemented},
    {429, absl::StatusCode::kUnavailable},      {502, absl::StatusCode::kUnavailable},
    {503, absl::StatusCode::kUnavailable},      {504, absl::StatusCode::kUnavailable}};

constexpr std::pair<int, std::string_view> kNames[] = {
    {400, "INVALID_ARGUMENT"},   {401, "UNAUTHENTICATED"},  {403, "PERMISSION_DENIED"},
    {404, "NOT_FOUND"},          {409, "ABORTED"},          {413, "RESOURCE_EXHAUSTED"},
    {429, "RESOURCE_EXHAUSTED"}, {499, "CANCELLED"},        {501, "UNIMPLEMENTED"},
    {503, "UNAVAILABLE"},        {504, "DEADLINE_EXCEEDED"}};

}  // namespace

http::Response RawResponse(const sandbox::proto::FaultRaw& raw) {
  http::Response response;
  response.status = raw.http_status();
  if (!raw.content_type().empty()) response.headers.Add("Content-Type", raw.content_type());
  response.body = raw.body();
  return response;
}

absl::Status StatusOfRaw(const sandbox::proto::FaultRaw& raw) {
  errors::MadeError error{.code = absl::StatusCode::kUnknown};
  for (const auto& [http, code] : kByHttp) {
    if (http == raw.http_status()) error.code = code;
  }
  error.message = fmt::format("unexpected HTTP status code {}", raw.http_status());
  return errors::Made(error);
}

http::Response TokenError(const errors::MadeError& error) {
  const absl::Status status = errors::Made(error);
  const bool is_grant = status.code() == absl::StatusCode::kInvalidArgument ||
                        status.code() == absl::StatusCode::kUnauthenticated;
  const bool is_busy = status.code() == absl::StatusCode::kUnavailable ||
                       status.code() == absl::StatusCode::kResourceExhausted;
  http::Response response;
  response.status = is_grant ? 400 : errors::HttpStatusOf(status);
  response.headers.Add("Content-Type", "application/json; charset=UTF-8");
  response.headers.Add("Cache-Control", "no-store");  // RFC 6749 section 5.1
  if (error.retry_after > absl::ZeroDuration()) {
    const absl::Duration whole = absl::Ceil(error.retry_after, absl::Seconds(1));
    response.headers.Add("Retry-After", std::to_string(absl::ToInt64Seconds(whole)));
  }
  response.body =
      fmt::format("{{\"error\":\"{}\",\"error_description\":", is_grant  ? "invalid_grant"
                                                               : is_busy ? "temporarily_unavailable"
                                                                         : "server_error");
  AppendJsonString(MessageOf(status), response.body);
  response.body += "}\n";
  return response;
}

http::Response Dropped() {
  http::Response response;
  response.dropped = true;
  return response;
}

void EndWithFault(const sandbox::FaultPlan& plan, http::Response& response) {
  using Kind = sandbox::FaultPlan::Kind;
  response.dropped =
      response.dropped || plan.kind == Kind::kDropAfter || plan.kind == Kind::kDropBefore;
  if (plan.kind != Kind::kTruncate) return;
  std::string begin(response.stream == nullptr ? response.text() : "");
  response.body.clear();
  response.shared_body = nullptr;
  response.trailers = {};
  response.stream =
      std::make_unique<CutSource>(std::move(begin), std::move(response.stream), plan.truncate);
}

std::string AccountInAssertion(std::string_view query, std::string_view body) {
  std::string assertion;
  for (const std::string_view form : {query, body}) {
    for (FormField& field : ParseForm(form)) {
      if (field.name == "assertion" && field.value.has_value()) assertion = *field.value;
    }
  }
  simdjson::dom::parser form;
  std::string_view member;
  if (assertion.empty() &&
      form.parse(body.data(), body.size())["assertion"].get(member) == simdjson::SUCCESS) {
    assertion = member;
  }
  const size_t begin = assertion.find('.') + 1;
  const std::string claims =
      crypto::Base64UrlDecode(assertion.substr(begin, assertion.find('.', begin) - begin))
          .value_or("");
  simdjson::dom::parser parser;
  std::string_view issuer;
  if (parser.parse(claims.data(), claims.size())["iss"].get(issuer) != simdjson::SUCCESS) return "";
  return std::string(issuer);
}

std::string StatusNameOf(int http_status, std::string_view body) {
  if (http_status < 400) return "OK";
  constexpr std::string_view kMember = "\"status\":";
  const size_t member = body.find(kMember);
  if (member != std::string_view::npos) {
    const size_t begin = body.find('"', member + kMember.size());
    const size_t end = begin == std::string_view::npos ? begin : body.find('"', begin + 1);
    if (end != std::string_view::npos) return std::string(body.substr(begin + 1, end - begin - 1));
  }
  for (const auto& [http, name] : kNames) {
    if (http == http_status) return std::string(name);
  }
  return http_status < 500 ? "INVALID_ARGUMENT" : "INTERNAL";
}

}  // namespace zerotouch::wire
