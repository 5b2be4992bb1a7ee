// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/batch_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "errors/errors.h"
#include "wire/rest/multipart.h"

namespace zerotouch::wire {
namespace {

absl::Status MalformedBatch(std::string_view reason) {
  return errors::BadRequest({{"", fmt::format("The batch request is malformed: {}.", reason)}});
}

std::string NewBoundary() {
  std::string boundary = "batch_";
  for (const char byte : RandomBytes(16)) {
    boundary += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return boundary;
}

// Returns the id of the answer to a part: `response-` and the part's id, inside
// its brackets if it has any.
std::string AnswerId(std::string_view id) {
  if (!id.starts_with('<')) return fmt::format("response-{}", id);
  return fmt::format("<response-{}", id.substr(1));
}

// The calls of one batch, and their answers.
class Batch {
 public:
  Batch(const http::Request& request, const std::vector<Part>& parts,
        const std::function<http::Response(http::Request)>& call,
        const std::function<http::Response(const absl::Status&)>& refuse)
      : request_(request), parts_(parts), call_(call), refuse_(refuse), answers_(parts.size()) {}

  // Makes the calls on this thread and up to kBatchCallsAtOnce - 1 more.
  std::vector<std::string> Run() {
    std::vector<std::thread> threads;
    const size_t at_once = std::min(parts_.size(), static_cast<size_t>(limits::kBatchCallsAtOnce));
    try {
      while (threads.size() + 1 < at_once) threads.emplace_back([this] { MakeCalls(); });
    } catch (const std::system_error&) {
      // The system has no more threads: those that run make all calls.
    }
    MakeCalls();
    for (std::thread& thread : threads) thread.join();
    return std::move(answers_);
  }

 private:
  void MakeCalls() {
    for (size_t i = next_++; i < parts_.size(); i = next_++) {
      answers_[i] = HttpResponseText(WithoutStream(MakeCall(parts_[i])));
    }
  }

  http::Response MakeCall(const Part& part) {
    const std::string_view type = part.headers.Get("Content-Type");
    if (!EqualIgnoringCase(type.substr(0, type.find(';')), "application/http")) {
      return refuse_(MalformedBatch("a part is not application/http"));
    }
    absl::StatusOr<http::Request> inner = ParseHttpRequest(part.content);
    if (!inner.ok()) return refuse_(MalformedBatch(MessageOf(inner.status())));
    if (!inner->headers.Has("Authorization") && request_.headers.Has("Authorization")) {
      inner->headers.Add("Authorization", std::string(request_.headers.Get("Authorization")));
    }
    inner->request_id = request_.request_id;
    inner->protocol = http::Protocol::kBatchPart;
    return call_(*std::move(inner));
  }

  // Reads a streamed answer into the body, within limits::kBatchAnswerBytes.
  http::Response WithoutStream(http::Response response) {
    if (response.stream == nullptr) return response;
    bool more = true;
    while (more) {
      const size_t before = response.body.size();
      const absl::StatusOr<bool> next = response.stream->Next(response.body);
      if (!next.ok()) return refuse_(next.status());
      more = *next;
      held_bytes_ += response.body.size() - before;
      if (held_bytes_ > limits::kBatchAnswerBytes) {
        held_bytes_ -= response.body.size();
        return refuse_(errors::TooBusy("the answers in one batch: make this call on its own",
                                       absl::Seconds(1)));
      }
    }
    response.stream = nullptr;
    return response;
  }

  const http::Request& request_;
  const std::vector<Part>& parts_;
  const std::function<http::Response(http::Request)>& call_;
  const std::function<http::Response(const absl::Status&)>& refuse_;
  std::vector<std::string> answers_;
  std::atomic<size_t> next_ = 0;
  std::atomic<size_t> held_bytes_ = 0;  // of answers that were streams
};

// Streams the answers and frees each as soon as it is sent.
class AnswerParts final : public http::BodySource {
 public:
  AnswerParts(std::string boundary, std::vector<std::string> ids, std::vector<std::string> answers)
      : boundary_(std::move(boundary)), ids_(std::move(ids)), answers_(std::move(answers)) {}

  absl::StatusOr<bool> Next(std::string& out) override {
    constexpr size_t kPieceBytes = 100'000;
    const size_t before = out.size();
    while (next_ < answers_.size() && out.size() - before < kPieceBytes) {
      out += fmt::format("--{}\r\nContent-Type: application/http\r\n", boundary_);
      if (!ids_[next_].empty()) out += fmt::format("Content-ID: {}\r\n", ids_[next_]);
      out += "\r\n";
      out += std::exchange(answers_[next_++], {});
      out += "\r\n";
    }
    if (out.size() > before) return true;
    if (!std::exchange(ended_, true)) out += fmt::format("--{}--\r\n", boundary_);
    return out.size() > before;
  }

 private:
  const std::string boundary_;
  const std::vector<std::string> ids_;
  std::vector<std::string> answers_;
  size_t next_ = 0;
  bool ended_ = false;
};

}  // namespace

absl::StatusOr<http::Response> AnswerBatch(
    const http::Request& request, const std::function<http::Response(http::Request)>& call,
    const std::function<http::Response(const absl::Status&)>& refuse) {
  const auto boundary = BoundaryOf(request.headers.Get("Content-Type"));
  if (!boundary) return MalformedBatch("its Content-Type must be multipart/mixed with a boundary");
  const absl::StatusOr<std::vector<Part>> parts = SplitMultipart(request.body, *boundary);
  if (!parts.ok()) return MalformedBatch(MessageOf(parts.status()));
  if (parts->empty()) return MalformedBatch("it has no parts");
  if (parts->size() > limits::kBatchCalls) {
    return MalformedBatch(fmt::format("it has {} calls, and at most {} are allowed", parts->size(),
                                      limits::kBatchCalls));
  }
  std::vector<std::string> ids;
  for (const Part& part : *parts) {
    const std::string_view id = part.headers.Get("Content-ID");
    ids.push_back(id.empty() ? "" : AnswerId(id));
  }
  std::vector<std::string> answers = Batch(request, *parts, call, refuse).Run();
  std::string mark = NewBoundary();
  http::Response response;
  response.headers.Add("Content-Type", fmt::format("multipart/mixed; boundary={}", mark));
  response.headers.Add("Vary", "Origin, X-Origin, Referer");
  response.headers.Add("Cache-Control", "private");
  response.headers.Add("X-Content-Type-Options", "nosniff");
  response.stream =
      std::make_unique<AnswerParts>(std::move(mark), std::move(ids), std::move(answers));
  return response;
}

}  // namespace zerotouch::wire
