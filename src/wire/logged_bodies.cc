// SPDX-License-Identifier: Apache-2.0
#include "wire/logged_bodies.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/utf8.h"
#include "json/json.h"
#include "wire/target.h"

namespace zerotouch::wire {
namespace {

// Returns the text as JSON can hold it: bytes that are no UTF-8 become '?'.
std::string Readable(std::string_view text) {
  std::string out(text);
  if (utf8::ValidBytes(out) == out.size()) return out;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return out;
}

std::string BeginOf(std::string_view body) {
  return Readable(utf8::Truncate(body, limits::kLoggedBodyBytes));
}

std::string JsonOf(const google::protobuf::Message& message) {
  std::string text;
  if (message.ByteSizeLong() > limits::kLoggedBodyBytes) return text;
  json::Append(message, {.pretty = false}, text);
  return text.size() > limits::kLoggedBodyBytes ? std::string() : text;
}

}  // namespace

struct LoggedBodies::Stream {
  explicit Stream(const sandbox::CallSeam& call_seam) : seam(call_seam) {}
  ~Stream() {
    if (call == nullptr) return;
    call->set_response_body(BeginOf(begin));
    seam.Log(std::move(call));
  }

  const sandbox::CallSeam& seam;
  std::string begin;
  std::unique_ptr<sandbox::proto::Call> call;  // once it is answered
};

class LoggedBodies::Watched final : public http::BodySource {
 public:
  Watched(std::unique_ptr<http::BodySource> source, std::shared_ptr<Stream> stream)
      : source_(std::move(source)), stream_(std::move(stream)) {}

  absl::StatusOr<bool> Next(std::string& out) override {
    const size_t before = out.size();
    absl::StatusOr<bool> more = source_->Next(out);
    const size_t room = limits::kLoggedBodyBytes - stream_->begin.size();
    stream_->begin.append(out, before, std::min(room, out.size() - before));
    return more;
  }
  http::Headers Trailers() override { return source_->Trailers(); }
  uint64_t HeldBytes() const override { return source_->HeldBytes(); }

 private:
  const std::unique_ptr<http::BodySource> source_;
  const std::shared_ptr<Stream> stream_;
};

void LoggedBodies::NoteRequest(std::string_view body) {
  if (!std::exchange(noted_, true)) request_ = BeginOf(body);
}

void LoggedBodies::NoteAnswer(const sandbox::CallSeam& seam, http::Response& response) {
  stream_ = nullptr;
  if (response.stream == nullptr) {
    answer_ = BeginOf(response.text());
    return;
  }
  stream_ = std::make_shared<Stream>(seam);
  response.stream = std::make_unique<Watched>(std::move(response.stream), stream_);
}

void LoggedBodies::NoteAnswer(std::string_view body) { answer_ = BeginOf(body); }

void LoggedBodies::NoteRequest(const google::protobuf::Message& message) {
  request_ = JsonOf(message);
}

void LoggedBodies::NoteAnswer(const google::protobuf::Message& message) {
  answer_ = JsonOf(message);
}

void LoggedBodies::Log(const sandbox::CallSeam& seam, std::unique_ptr<sandbox::proto::Call> call) {
  call->set_request_body(std::move(request_));
  if (stream_ != nullptr) {
    const std::shared_ptr<Stream> stream = std::move(stream_);
    stream->call = std::move(call);
    return;
  }
  call->set_response_body(std::move(answer_));
  seam.Log(std::move(call));
}

std::unique_ptr<sandbox::proto::Call> LoggedCall(const http::Request& request,
                                                 std::string_view account, absl::Time begun,
                                                 absl::Time end, const sandbox::FaultPlan* plan) {
  auto call = std::make_unique<sandbox::proto::Call>();
  const int64_t seconds = absl::ToUnixSeconds(begun);
  call->mutable_start_time()->set_seconds(seconds);
  call->mutable_start_time()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(begun - absl::FromUnixSeconds(seconds))));
  absl::Duration rest = std::max(end - begun, absl::ZeroDuration());
  call->mutable_duration()->set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
  call->mutable_duration()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  call->set_http_method(request.method);
  call->set_path(Readable(PathForLog(request.target)));
  call->set_account(std::string(account));
  for (const auto& [name, value] : request.headers) {
    std::string& field = (*call->mutable_request_headers())[Readable(name)];
    if (!field.empty()) field += ", ";
    field += Readable(value);
  }
  if (plan != nullptr) call->set_fault(plan->faults);
  call->set_request_id(request.request_id);
  return call;
}

}  // namespace zerotouch::wire
