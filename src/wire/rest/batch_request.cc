// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/batch_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/limits.h"
#include "base/mutex.h"
#include "base/random.h"
#include "base/rejections.h"
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

absl::Status TooLargeAnswers() {
  CountRejection(Rejection::kMemory);
  return errors::TooBusy("the answers in one batch: make this call on its own", absl::Seconds(1));
}

// The memory of a batch: its request, and what its calls hold. Thread-safe.
class BatchMemory {
 public:
  // `request` must outlive it.
  explicit BatchMemory(const http::Request& request)
      : request_(request), held_bytes_(request.body.size()) {}

  // Changes what a call holds from `share` to `bytes`. Returns false and changes
  // nothing if the server has too little memory.
  bool Resize(uint64_t& share, uint64_t bytes) {
    const MutexLock lock(mutex_);
    return ResizeLocked(share, bytes);
  }

  // The same for a call's answer. All answers together may have kBatchAnswerBytes.
  bool ResizeAnswer(uint64_t& share, uint64_t bytes) {
    const MutexLock lock(mutex_);
    const uint64_t answers = answer_bytes_ - share + bytes;
    if (bytes > share && answers > limits::kBatchAnswerBytes) return false;
    if (!ResizeLocked(share, bytes)) return false;
    answer_bytes_ = answers;
    return true;
  }

 private:
  bool ResizeLocked(uint64_t& share, uint64_t bytes) ZT_REQUIRES(mutex_) {
    const uint64_t held = held_bytes_ - share + bytes;
    if (request_.hold && !request_.hold(held)) return false;
    held_bytes_ = held;
    share = bytes;
    return true;
  }

  const http::Request& request_;
  Mutex mutex_;
  uint64_t held_bytes_ ZT_GUARDED_BY(mutex_);
  uint64_t answer_bytes_ ZT_GUARDED_BY(mutex_) = 0;
};

// The calls of one batch, and their answers.
class Batch {
 public:
  Batch(const http::Request& request, const std::vector<Part>& parts,
        const std::function<http::Response(http::Request)>& call,
        const std::function<http::Response(const absl::Status&)>& refuse)
      : request_(request),
        parts_(parts),
        call_(call),
        refuse_(refuse),
        answers_(parts.size()),
        memory_(request) {}

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
  // An exception must not leave a thread. The one to expect is std::bad_alloc: this
  // call's memory is free again when it is caught.
  void MakeCalls() {
    for (size_t i = next_++; i < parts_.size(); i = next_++) {
      try {
        answers_[i] = MakeCall(parts_[i]);
      } catch (const std::exception&) {
        CountRejection(Rejection::kMemory);
        answers_[i] = HttpResponseText(refuse_(errors::TooBusy("memory", absl::Seconds(1))));
      }
    }
  }

  std::string MakeCall(const Part& part) {
    uint64_t share = 0;
    std::string text = HttpResponseText(Whole(Answer(part), share));
    // Cannot be refused: what matters of it was counted by Whole.
    static_cast<void>(memory_.ResizeAnswer(share, text.size()));
    return text;
  }

  http::Response Answer(const Part& part) {
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
    inner->trace_id = request_.trace_id;
    inner->is_recorded = request_.is_recorded;
    inner->peer = request_.peer;
    inner->protocol = http::Protocol::kBatchPart;
    uint64_t share = 0;
    inner->hold = [&](uint64_t bytes) { return memory_.Resize(share, bytes); };
    http::Response response = call_(*std::move(inner));
    memory_.Resize(share, 0);
    return response;
  }

  // Reads a streamed answer into the body, as far as there is memory. `share` is what
  // it holds.
  http::Response Whole(http::Response response, uint64_t& share) {
    bool more = response.stream != nullptr;
    while (true) {
      if (!memory_.ResizeAnswer(share, response.body.capacity())) {
        memory_.ResizeAnswer(share, 0);
        return refuse_(TooLargeAnswers());
      }
      if (!more) break;
      const absl::StatusOr<bool> next = response.stream->Next(response.body);
      if (!next.ok()) return refuse_(next.status());
      more = *next;
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
  BatchMemory memory_;
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
