// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/span_exporter.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "base/spans.h"

namespace zerotouch::daemon {
namespace {

TEST(OtlpJson, HasTheSpans) {
  const spans::Attribute attributes[] = {{"url.path", "/\"v1"}, {"zerotouch.code", "INTERNAL"}};
  spans::Add({.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
              .span_id = "00f067aa0ba902b7",
              .parent_id = "53995c3f42cd8ad8",
              .name = "partners.devices.claim",
              .start = absl::FromUnixSeconds(1),
              .took = absl::Milliseconds(2),
              .is_fault = true,
              .attributes = attributes});
  spans::Add({.trace_id = "a", .span_id = "b", .name = "c", .kind = spans::Kind::kInternal});
  const spans::Taken taken = spans::Take();
  EXPECT_EQ(taken.count, 2U);
  EXPECT_EQ(OtlpJson(taken.json, "1.0"),
            R"({"resourceSpans":[{"resource":{"attributes":[)"
            R"({"key":"service.name","value":{"stringValue":"zerotouchd"}},)"
            R"({"key":"service.version","value":{"stringValue":"1.0"}}]},)"
            R"("scopeSpans":[{"scope":{"name":"zerotouchd"},"spans":[)"
            R"({"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7",)"
            R"("parentSpanId":"53995c3f42cd8ad8","name":"partners.devices.claim","kind":2,)"
            R"("startTimeUnixNano":"1000000000","endTimeUnixNano":"1002000000",)"
            R"("attributes":[{"key":"url.path","value":{"stringValue":"/\"v1"}},)"
            R"({"key":"zerotouch.code","value":{"stringValue":"INTERNAL"}}],)"
            R"("status":{"code":2}},)"
            R"({"traceId":"a","spanId":"b","name":"c","kind":1,"startTimeUnixNano":"0",)"
            R"("endTimeUnixNano":"0","attributes":[]}]}]}]})");
}

// Adds spans and returns how many of them wait then.
size_t CountOfSpans(size_t spans, const std::string& path) {
  const spans::Attribute attributes[] = {{"url.path", path}};
  for (size_t i = 0; i < spans; ++i) spans::Add({.span_id = "1", .attributes = attributes});
  size_t count = 0;
  for (spans::Taken part = spans::Take(); part.count > 0; part = spans::Take()) {
    EXPECT_LE(part.count, limits::kSpansAtOnce);
    count += part.count;
  }
  return count;
}

TEST(Spans, PastTheLimits_AreDropped) {
  EXPECT_EQ(CountOfSpans(limits::kQueuedSpans + 5, "/v1"), limits::kQueuedSpans);
  EXPECT_EQ(CountOfSpans(5, "/v1"), 5U) << "there is room again";
  const std::string long_path(limits::kQueuedSpanBytes / 10, 'a');
  EXPECT_EQ(CountOfSpans(20, long_path), 10U);
}

}  // namespace
}  // namespace zerotouch::daemon
