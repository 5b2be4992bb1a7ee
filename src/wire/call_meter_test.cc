// SPDX-License-Identifier: Apache-2.0
#include "wire/call_meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "wire/api_services.h"
#include "wire/watch/prometheus_text.h"
#include "wire/watch/watch_handler.h"

namespace zerotouch::wire {
namespace {

using testing::HasSubstr;

TEST(CallMeter, UnknownMethod_IsOther) {
  const CallMeter meter(ApiServices());
  EXPECT_EQ(meter.IndexOf(nullptr), meter.IndexOf(CallMeter::Beside::kOther));
  EXPECT_EQ(meter.IndexOf(ApiServices().front()->method(0)), 0U);
}

TEST(CallMeter, Call_IsCountedByMethodCodeAndProtocol) {
  CallMeter meter(ApiServices());
  meter.Count(meter.IndexOf(CallMeter::Beside::kToken), absl::StatusCode::kUnavailable,
              CallMeter::Protocol::kBatch, absl::Milliseconds(3));
  const std::string text = PrometheusText();
  EXPECT_THAT(text, HasSubstr(R"(zerotouch_requests_total{method="token",code="UNAVAILABLE",)"
                              R"(protocol="batch"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(zerotouch_request_seconds_bucket{method="token",le="0.0025"} 0)"));
  EXPECT_THAT(text, HasSubstr(R"(zerotouch_request_seconds_bucket{method="token",le="0.005"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(zerotouch_request_seconds_bucket{method="token",le="+Inf"} 1)"));
  EXPECT_THAT(text, HasSubstr("# TYPE zerotouch_requests_total counter"));
  EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes "));
}

http::Response Watched(WatchHandler& handler, const std::string& method,
                       const std::string& target) {
  http::Request request;
  request.method = method;
  request.target = target;
  return handler.Handle(request);
}

TEST(WatchHandler, Readiness_SaysWhyCallsCannotBeAnswered) {
  absl::Status ready;
  WatchHandler handler([&] { return ready; });
  EXPECT_EQ(Watched(handler, "GET", "/readyz").status, 200);
  ready = absl::UnavailableError("no disk");
  EXPECT_EQ(Watched(handler, "GET", "/readyz").status, 503);
  EXPECT_EQ(Watched(handler, "HEAD", "/healthz").status, 200) << "it runs";
  EXPECT_EQ(Watched(handler, "POST", "/healthz").status, 404);
  EXPECT_EQ(Watched(handler, "GET", "/metrics/").status, 404);
  EXPECT_EQ(Watched(handler, "GET", "/metrics?x=1").status, 200);
}

}  // namespace
}  // namespace zerotouch::wire
