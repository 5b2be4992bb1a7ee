// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_SCRIPTED_HANDLER_H_
#define ZEROTOUCH_TEST_SUPPORT_SCRIPTED_HANDLER_H_

#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "http/http.h"

namespace zerotouch::http {

inline Response TextResponse(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.Add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

inline Response Unauthorized() {
  Response response = TextResponse(401, "no credentials");
  response.headers.Add("WWW-Authenticate", "Bearer realm=\"test\"");
  return response;
}

// Returns the HTTP status of a fault.
inline int StatusOf(const Fault& fault) {
  switch (fault.kind) {
    case Fault::Kind::kMalformed:
      return 400;
    case Fault::Kind::kUrlTooLong:
      return 414;
    case Fault::Kind::kHeaderTooLarge:
      return 431;
    case Fault::Kind::kBodyTooLarge:
      return 413;
    case Fault::Kind::kUnsupportedContentCoding:
      return 415;
    case Fault::Kind::kTooBusy:
      return 429;
    case Fault::Kind::kDeadlineExceeded:
      return 504;
    case Fault::Kind::kInternal:
      return 500;
  }
  return 500;
}

// Answers with a test's functions, on any thread; by default echoes the request.
class ScriptedHandler : public Handler {
 public:
  std::optional<Response> RefuseEarly(Request& header) override {
    return refuse ? refuse(header) : std::nullopt;
  }
  Response Handle(Request& request) override {
    return handle ? handle(std::move(request)) : Echo(request);
  }
  void Serve(Request request, Executors& executors, Done done) override {
    if (serve) return serve(std::move(request), executors, std::move(done));
    Handler::Serve(std::move(request), executors, std::move(done));
  }
  Response RenderFault(const Fault& fault, const Request&) override {
    return TextResponse(StatusOf(fault), std::string(fault.text));
  }

  std::unique_ptr<StreamingCall> Open(const Request& header) override {
    return open ? open(header) : nullptr;
  }
  absl::Duration TimeLimit(const Request&) override { return limit; }

  static Response Echo(const Request& request) {
    return TextResponse(200, request.method + " " + request.target + " " + request.body);
  }

  std::function<std::optional<Response>(Request&)> refuse;
  std::function<Response(Request)> handle;
  std::function<void(Request, Executors&, Done)> serve;
  std::function<std::unique_ptr<StreamingCall>(const Request&)> open;
  absl::Duration limit = absl::InfiniteDuration();
};

// A body that never ends, in pieces of `piece_bytes`. Sets `destroyed` when the
// server drops it.
class EndlessBody final : public BodySource {
 public:
  EndlessBody(std::promise<void>& destroyed, size_t piece_bytes)
      : destroyed_(destroyed), piece_bytes_(piece_bytes) {}
  ~EndlessBody() override { destroyed_.set_value(); }
  absl::StatusOr<bool> Next(std::string& out) override {
    out.append(piece_bytes_, 'x');
    return true;
  }

 private:
  std::promise<void>& destroyed_;
  const size_t piece_bytes_;
};

// A body of these pieces that ends with `end`.
class Pieces final : public BodySource {
 public:
  explicit Pieces(std::vector<std::string> pieces, absl::Status end = absl::OkStatus())
      : pieces_(std::move(pieces)), end_(std::move(end)) {}
  absl::StatusOr<bool> Next(std::string& out) override {
    if (next_ == pieces_.size()) {
      if (!end_.ok()) return end_;
      return false;
    }
    out += pieces_[next_++];
    return true;
  }

 private:
  const std::vector<std::string> pieces_;
  const absl::Status end_;
  size_t next_ = 0;
};

// Blocks threads in Wait until it is opened.
class Gate {
 public:
  void Open() {
    const MutexLock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Wait() {
    MutexLock lock(mutex_);
    while (!open_) lock.Wait(changed_);
  }

 private:
  Mutex mutex_;
  std::condition_variable changed_;
  bool open_ ZT_GUARDED_BY(mutex_) = false;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_TEST_SUPPORT_SCRIPTED_HANDLER_H_
