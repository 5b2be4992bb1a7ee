#ifndef ZEROTOUCH_TEST_SUPPORT_SCRIPTED_HANDLER_H_
#define ZEROTOUCH_TEST_SUPPORT_SCRIPTED_HANDLER_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "wire/error_json.h"
#include "wire/http.h"
#include "wire/responses.h"

namespace zerotouch::wire {

// Answers as a test says, from any thread; by default with what was asked.
class ScriptedHandler : public HttpHandler {
 public:
  std::optional<HttpResponse> RefuseEarly(const HttpRequest& header) override {
    return refuse ? refuse(header) : std::nullopt;
  }
  HttpResponse Handle(HttpRequest request) override {
    return handle ? handle(std::move(request)) : Echo(request);
  }
  HttpResponse RenderError(const absl::Status& status, const HttpRequest&) override {
    return ErrorResponse(status, /*pretty=*/false);
  }

  std::unique_ptr<Exchange> Open(const HttpRequest& header) override {
    return open ? open(header) : nullptr;
  }
  absl::Duration TimeLimit(const HttpRequest&) override { return limit; }

  static HttpResponse Echo(const HttpRequest& request) {
    return JsonResponse(200, request.method + " " + request.target + " " + request.body);
  }

  std::function<std::optional<HttpResponse>(const HttpRequest&)> refuse;
  std::function<HttpResponse(HttpRequest)> handle;
  std::function<std::unique_ptr<Exchange>(const HttpRequest&)> open;
  absl::Duration limit = absl::InfiniteDuration();
};

// A body of these pieces, which then ends as told.
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

// Opens once; whoever waits at it goes on then.
class Gate {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_TEST_SUPPORT_SCRIPTED_HANDLER_H_
