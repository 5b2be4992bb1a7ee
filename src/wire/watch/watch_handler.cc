// SPDX-License-Identifier: Apache-2.0
#include "wire/watch/watch_handler.h"

#include <string_view>
#include <utility>

#include "errors/errors.h"
#include "http/content_coding.h"
#include "wire/http_fault.h"
#include "wire/public_error.h"
#include "wire/rest/error_json.h"
#include "wire/rest/responses.h"
#include "wire/target.h"
#include "wire/watch/prometheus_text.h"

namespace zerotouch::wire {
namespace {

constexpr std::string_view kMetrics = "/metrics";
constexpr std::string_view kHealth = "/healthz";
constexpr std::string_view kReady = "/readyz";

bool IsGet(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

http::Response WatchError(const absl::Status& status) {
  return ErrorResponse(PublicError(status), /*pretty=*/true);
}

http::Response MetricsAnswer(const http::Request& request) {
  http::Response response;
  response.headers.Add("Content-Type", kPrometheusType);
  response.headers.Add("Cache-Control", "no-store");
  response.body = PrometheusText();
  if (http::AcceptsGzip(request.headers.Get("Accept-Encoding"))) http::CompressAnswer(response);
  return response;
}

}  // namespace

std::optional<http::Response> WatchHandler::RefuseEarly(http::Request& header) {
  // Nobody who watches sends a body.
  header.body_limit = 0;
  return std::nullopt;
}

// The figures may wait for the store; health and readiness never do.
void WatchHandler::Serve(http::Request request, http::Executors& executors, http::Done done) {
  if (SplitTarget(request.target).path != kMetrics) return std::move(done)(HandleSafely(request));
  http::Handler::Serve(std::move(request), executors, std::move(done));
}

http::Response WatchHandler::Handle(http::Request& request) {
  const std::string_view path = SplitTarget(request.target).path;
  if (!IsGet(request)) return WatchError(errors::NoSuchRoute());
  if (path == kMetrics) return MetricsAnswer(request);
  if (path != kHealth && path != kReady) return WatchError(errors::NoSuchRoute());
  const absl::Status status = path == kReady ? ready_() : absl::OkStatus();
  return status.ok() ? JsonResponse(200, "{\"status\":\"ok\"}\n") : WatchError(status);
}

bool WatchHandler::IsHealthCheck(const http::Request& request) {
  const std::string_view path = SplitTarget(request.target).path;
  return IsGet(request) && (path == kHealth || path == kReady);
}

http::Response WatchHandler::RenderFault(const http::Fault& fault, const http::Request&) {
  return WatchError(StatusOf(fault));
}

}  // namespace zerotouch::wire
