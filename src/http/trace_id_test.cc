// SPDX-License-Identifier: Apache-2.0
#include "http/trace_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace zerotouch::http {
namespace {

using testing::MatchesRegex;

constexpr char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr char kField[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

// Returns the trace id of a request with this traceparent field.
std::string TraceIdOf(const std::string& field) {
  Request request;
  request.headers.Add("traceparent", field);
  Identify("127.0.0.1", request);
  return request.trace_id;
}

TEST(TraceId, TraceParent_IsTakenApart) {
  const TraceParent parent = ReadTraceParent(kField);
  EXPECT_EQ(parent.trace_id, kTrace);
  EXPECT_EQ(parent.parent_id, "00f067aa0ba902b7");
  EXPECT_TRUE(parent.sampled);
  EXPECT_EQ(TraceIdOf(kField), kTrace);
}

TEST(TraceId, LaterVersion_MayBeLonger) {
  const std::string later = std::string("01") + std::string(kField).substr(2) + "-more";
  EXPECT_EQ(ReadTraceParent(later).trace_id, kTrace);
  EXPECT_EQ(ReadTraceParent(std::string(kField) + "-more").trace_id, "");
}

TEST(TraceId, MalformedTraceParent_IsIgnored) {
  const std::string good = kField;
  for (const auto& [at, text] : {std::pair<size_t, std::string>{0, "ff"},
                                 {0, "0g"},
                                 {2, "_"},
                                 {3, "4BF9"},
                                 {3, std::string(32, '0')},
                                 {36, std::string(16, '0')},
                                 {53, "g1"}}) {
    std::string bad = good;
    bad.replace(at, text.size(), text);
    EXPECT_EQ(ReadTraceParent(bad).trace_id, "") << bad;
    EXPECT_THAT(TraceIdOf(bad), MatchesRegex("[0-9a-f]{32}"));
    EXPECT_NE(TraceIdOf(bad), TraceIdOf(bad));
  }
  EXPECT_EQ(ReadTraceParent(good.substr(0, 54)).trace_id, "");
  EXPECT_EQ(ReadTraceParent("").trace_id, "");
}

}  // namespace
}  // namespace zerotouch::http
