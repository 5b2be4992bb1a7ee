// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_WATCH_WATCH_HANDLER_H_
#define ZEROTOUCH_WIRE_WATCH_WATCH_HANDLER_H_

#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "http/http.h"

namespace zerotouch::wire {

// Answers those who watch the server, on a listener of its own that shares nothing with
// callers:
//   GET /metrics   all figures, in Prometheus' text format
//   GET /healthz   200 while the process runs
//   GET /readyz    200 while calls can be answered, else 503 and why
// Thread-safe.
class WatchHandler final : public http::Handler {
 public:
  // `ready` returns OK if calls can be answered, and does not wait.
  explicit WatchHandler(std::function<absl::Status()> ready) : ready_(std::move(ready)) {}

  std::optional<http::Response> RefuseEarly(http::Request& header) override;
  bool Blocks() const override { return false; }
  void Serve(http::Request request, http::Executors& executors, http::Done done) override;
  http::Response Handle(http::Request& request) override;
  bool IsHealthCheck(const http::Request& request) override;
  http::Response RenderFault(const http::Fault& fault, const http::Request& header) override;

 private:
  const std::function<absl::Status()> ready_;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_WATCH_WATCH_HANDLER_H_
