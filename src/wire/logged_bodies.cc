// SPDX-License-Identifier: Apache-2.0
#include "wire/logged_bodies.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/utf8.h"
#include "wire/target.h"

namespace zerotouch::wire {
namespace {

std::string_view BeginOf(std::string_view body) {
  return utf8::Truncate(body, limits::kLoggedBodyBytes);
}

sandbox::LoggedBody BodyOf(const google::protobuf::Message& message) {
  if (message.ByteSizeLong() > limits::kLoggedBodyBytes) return {};
  return {.bytes = message.SerializeAsString(), .type = message.GetDescriptor()};
}

}  // namespace

struct LoggedBodies::Stream {
  explicit Stream(const sandbox::CallSeam& call_seam) : seam(call_seam) {}
  ~Stream() {
    if (call == nullptr) return;
    call->response.bytes = BeginOf(begin);
    seam.Log(std::move(call));
  }

  const sandbox::CallSeam& seam;
  std::string begin;
  std::shared_ptr<sandbox::LoggedCall> call;  // once it is answered
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
  bool IsReady() override { return source_->IsReady(); }
  http::Headers Trailers() override { return source_->Trailers(); }
  uint64_t HeldBytes() const override { return source_->HeldBytes(); }

 private:
  const std::unique_ptr<http::BodySource> source_;
  const std::shared_ptr<Stream> stream_;
};

void LoggedBodies::NoteRequest(std::string_view body) {
  if (!std::exchange(noted_, true)) request_.bytes = BeginOf(body);
}

void LoggedBodies::NoteAnswer(const sandbox::CallSeam& seam, http::Response& response) {
  stream_ = nullptr;
  if (response.stream == nullptr) {
    answer_.bytes = BeginOf(response.text());
    return;
  }
  stream_ = std::make_shared<Stream>(seam);
  response.stream = std::make_unique<Watched>(std::move(response.stream), stream_);
}

void LoggedBodies::NoteAnswer(std::string_view body) { answer_.bytes = BeginOf(body); }

void LoggedBodies::NoteRequest(const google::protobuf::Message& message,
                               const batch::PackedItems& items) {
  request_ = {};
  if (message.ByteSizeLong() + items.bytes() > limits::kLoggedBodyBytes) return;
  request_ = BodyOf(message);
  // Each chunk is a message of the same type.
  for (const std::string& chunk : items.chunks()) request_.bytes += chunk;
}

void LoggedBodies::NoteAnswer(const google::protobuf::Message& message) {
  answer_ = BodyOf(message);
}

void LoggedBodies::Log(const sandbox::CallSeam& seam, std::shared_ptr<sandbox::LoggedCall> call) {
  call->request = std::move(request_);
  if (stream_ != nullptr) {
    const std::shared_ptr<Stream> stream = std::move(stream_);
    stream->call = std::move(call);
    return;
  }
  call->response = std::move(answer_);
  seam.Log(std::move(call));
}

std::shared_ptr<sandbox::LoggedCall> LoggedCallOf(const http::Request& request,
                                                  std::string_view account, absl::Time end,
                                                  absl::Duration took,
                                                  const sandbox::FaultPlan* plan) {
  auto call = std::make_shared<sandbox::LoggedCall>();
  call->begun = end - took;
  call->took = took;
  call->http_method = request.method;
  call->path = PathForLog(request.target);
  call->account = account;
  call->headers = request.headers;
  call->request_id = request.request_id;
  if (plan != nullptr) call->faults = plan->faults;
  return call;
}

}  // namespace zerotouch::wire
