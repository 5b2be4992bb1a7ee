// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/span_exporter.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "base/spans.h"

namespace zerotouch::daemon {
namespace {

TEST(OtlpJson, HasTheSpans) {
  const spans::Span exported[] = {{.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
                                   .span_id = "00f067aa0ba902b7",
                                   .parent_id = "53995c3f42cd8ad8",
                                   .name = "partners.devices.claim",
                                   .start = absl::FromUnixSeconds(1),
                                   .took = absl::Milliseconds(2),
                                   .is_fault = true,
                                   .attributes = {{"url.path", "/\"v1"}}}};
  EXPECT_EQ(OtlpJson(exported, "1.0"),
            R"({"resourceSpans":[{"resource":{"attributes":[)"
            R"({"key":"service.name","value":{"stringValue":"zerotouchd"}},)"
            R"({"key":"service.version","value":{"stringValue":"1.0"}}]},)"
            R"("scopeSpans":[{"scope":{"name":"zerotouchd"},"spans":[)"
            R"({"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7",)"
            R"("parentSpanId":"53995c3f42cd8ad8","name":"partners.devices.claim","kind":2,)"
            R"("startTimeUnixNano":"1000000000","endTimeUnixNano":"1002000000",)"
            R"("attributes":[{"key":"url.path","value":{"stringValue":"/\"v1"}}],)"
            R"("status":{"code":2}}]}]}]})");
}

TEST(Spans, PastTheLimit_AreDropped) {
  for (size_t i = 0; i < limits::kQueuedSpans + 5; ++i) {
    spans::Add({.span_id = std::to_string(i), .start = {}, .took = {}});
  }
  const std::vector<spans::Span> first = spans::Take(10);
  ASSERT_EQ(first.size(), 10U);
  EXPECT_EQ(first[0].span_id, "0");
  EXPECT_EQ(spans::Take(limits::kQueuedSpans).size(), limits::kQueuedSpans - 10);
  EXPECT_TRUE(spans::Take(1).empty());
}

}  // namespace
}  // namespace zerotouch::daemon
