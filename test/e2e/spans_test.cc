// SPDX-License-Identifier: Apache-2.0
// Spans of calls at a collector (OTLP over HTTP, in JSON).

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "e2e/sandbox_test_base.h"
#include "support/wait.h"
#include "support/webhook_receiver.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class SpansTest : public testing::Test {
 protected:
  void Start(const std::string& collector) {
    server_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{"sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir_ / "data",
                                 "--otlp-endpoint", collector},
        dir_ / "log");
    sandbox_ = ParseSandbox(server_->ready_line());
  }
  Answer Vendors(const std::string& traceparent) const {
    const std::string path = "/v1/partners/" + sandbox_.first.partner + "/vendors?pageSize=1";
    ApiCaller caller(sandbox_.endpoint, sandbox_.first.credentials);
    return CallUrl("GET", sandbox_.endpoint + path, "", caller.token(),
                   {"traceparent: " + traceparent});
  }

  const TempDir dir_;
  std::unique_ptr<ServerProcess> server_;
  Sandbox sandbox_;
};

TEST_F(SpansTest, CallIsExported_AsAPartOfItsCallersTrace) {
  WebhookReceiver collector;
  Start(collector.url("/base/"));
  // A trace that is not recorded, and one that is.
  ASSERT_EQ(Vendors("00-1bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00").status, 200);
  ASSERT_EQ(Vendors("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").status, 200);
  const std::vector<Received> all = collector.Await(1);
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all[0].path, "/base/v1/traces");
  const std::string& body = all[0].body;
  EXPECT_THAT(body, Not(HasSubstr("1bf92f3577b34da6a3ce929d0e0e4736")));
  const Json json(body);
  const std::string span = "/resourceSpans/0/scopeSpans/0/spans/0";
  EXPECT_EQ(json[span + "/traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(json[span + "/parentSpanId"], "00f067aa0ba902b7");
  EXPECT_EQ(json[span + "/spanId"].size(), 16U);
  EXPECT_EQ(json[span + "/name"], "partners.vendors.list");
  EXPECT_EQ(json[span + "/kind"], "2");
  EXPECT_THAT(body, HasSubstr("/v1/partners/" + sandbox_.first.partner + "/vendors"));
  EXPECT_THAT(body, Not(HasSubstr("pageSize")));
  EXPECT_EQ(server_->Terminate(), 0);
}

// The span of an operation leads to the call that made it, and those of its chunks to it.
TEST_F(SpansTest, OperationAndItsChunks_ArePartsOfTheTrace) {
  WebhookReceiver collector;
  Start(collector.url("/"));
  ApiCaller caller(sandbox_.endpoint, sandbox_.first.credentials);
  const std::string claims = R"({"claims":[{"deviceIdentifier":{"imei":"490154203237518"},)"
                             R"("sectionType":"SECTION_TYPE_ZERO_TOUCH"}]})";
  const auto claim = [&](const std::string& traceparent) {
    const Answer answer = CallUrl(
        "POST",
        sandbox_.endpoint + "/v1/partners/" + sandbox_.first.partner + "/devices:claimAsync",
        claims, caller.token(), {"traceparent: " + traceparent});
    EXPECT_EQ(answer.status, 200) << answer.body;
    const std::string path = "/v1/" + FieldIn(answer.body, "name") + ":wait";
    EXPECT_THAT(caller.Post(path, R"({"timeout":"60s"})").body, HasSubstr("\"done\": true"));
    return answer;
  };
  claim("00-1bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");  // not recorded
  const Answer accepted = claim("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const auto spans = [&](const std::string& name) {
    std::vector<std::string> found;
    for (const Received& each : collector.Await(1)) {
      const Json json(each.body);
      for (int i = 0; i < 100; ++i) {
        const std::string span = fmt::format("/resourceSpans/0/scopeSpans/0/spans/{}", i);
        if (json[span + "/name"] == name) {
          EXPECT_EQ(json[span + "/traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
          EXPECT_EQ(json[span + "/kind"], "1");
          found.push_back(json[span + "/spanId"] + " " + json[span + "/parentSpanId"]);
        }
      }
    }
    return found;
  };
  ASSERT_TRUE(WaitUntil([&] { return !spans("operation").empty(); }));
  ASSERT_EQ(spans("operation").size(), 1U);
  const std::string operation = spans("operation")[0].substr(0, 16);
  EXPECT_EQ(spans("operation")[0].substr(17), accepted.Header("x-request-id"));
  ASSERT_EQ(spans("operation.chunk").size(), 1U);
  EXPECT_EQ(spans("operation.chunk")[0].substr(17), operation);
  EXPECT_EQ(server_->Terminate(), 0);
}

TEST_F(SpansTest, CollectorThatDoesNotAnswer_CostsOnlySpans) {
  Start("http://127.0.0.1:1");
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Vendors("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").status, 200);
  }
  EXPECT_TRUE(WaitUntil(
      [&] { return ReadFile(dir_ / "log").find("cannot export spans") != std::string::npos; }));
  EXPECT_EQ(server_->Terminate(), 0);
}

}  // namespace
}  // namespace zerotouch::test
