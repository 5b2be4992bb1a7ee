// SPDX-License-Identifier: Apache-2.0
// The controls of a sandbox over HTTP and gRPC, and that a table without them has none
// of their paths.
#include "wire/sandbox_methods.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openzerotouch/sandbox/v1/clock.pb.h"
#include "sandbox/box.h"
#include "wire/api_test_base.h"
#include "wire/grpc/handler.h"
#include "wire/grpc/message.h"

namespace zerotouch::wire {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kAdvance[] = "/sandbox/v1/clock:advance";
constexpr char kAdvanceRpc[] = "/openzerotouch.sandbox.v1.ClockService/AdvanceClock";

class SandboxMethodsTest : public ApiTest {
 protected:
  SandboxMethodsTest() { with_.SetRootUrl("https://box.example.com"); }

  static MethodTable WithControls(FakeServices& services, sandbox::Box& box) {
    MethodTable table = FakeMethods(services);
    AddSandboxMethods(box, table);
    return table;
  }

  static http::Request Json(std::string method, std::string target, std::string body = "") {
    http::Request request = Request(std::move(method), std::move(target), std::move(body));
    request.headers.Add("Content-Type", "application/json; charset=utf-8");
    request.headers.Add("Host", "127.0.0.1:8080");
    return request;
  }

  // Returns the status of a POST that comes from this host.
  int From(const std::string& host) {
    http::Request request = Json("POST", "/sandbox/v1/clock:freeze");
    request.headers.Set("Host", host);
    return with_.Handle(std::move(request)).status;
  }

  static http::Request Rpc(const std::string& path, const google::protobuf::Message& message) {
    const std::string text = message.SerializeAsString();
    std::string bytes;
    grpc::AppendFrameHead(static_cast<uint32_t>(text.size()), bytes);
    http::Request request = Request("POST", path, bytes + text);
    request.headers.Add("content-type", "application/grpc");
    request.headers.Add("host", "localhost:8080");
    request.protocol = http::Protocol::kHttp2;
    return request;
  }

  sandbox::Box box_{0, clock_};
  const MethodTable with_table_ = WithControls(services_, box_);
  Api with_{with_table_, authenticator_, tokens_, *store_, clock_, box_.seam};
  grpc::Handler rpc_{with_table_, authenticator_,   1'000'000,     [] { return absl::OkStatus(); },
                     clock_,      with_.dispatch(), with_.guard(), with_,
                     box_.seam};
};

TEST_F(SandboxMethodsTest, Clock_IsMovedOverHttpAndGrpcWithoutCredentials) {
  EXPECT_EQ(with_.Handle(Json("POST", kAdvance, R"({"duration":"3600s"})")).text(),
            "{\n  \"now\": \"2026-09-21T15:13:20Z\",\n  \"frozen\": false\n}\n");
  openzerotouch::sandbox::v1::AdvanceClockRequest request;
  request.mutable_duration()->set_seconds(60);
  const http::Response answer = rpc_.Handle(Rpc(kAdvanceRpc, request));
  openzerotouch::sandbox::v1::Clock clock;
  ASSERT_TRUE(clock.ParseFromString(answer.body.substr(5)));
  EXPECT_EQ(clock.now().seconds(), absl::ToUnixSeconds(clock_.Now()) + 3'660);
}

// Without credentials also with ones that are wrong, as clients send them by habit.
TEST_F(SandboxMethodsTest, WrongCredentials_AreIgnored) {
  http::Request request = Json("GET", "/sandbox/v1/clock");
  request.headers.Add("Authorization", "Bearer nonsense");
  EXPECT_EQ(with_.Handle(std::move(request)).status, 200);
}

TEST_F(SandboxMethodsTest, Errors_HaveTheShapeOfTheApi) {
  for (const char* body : {"{}", R"({"duration":"-1s"})", R"({"duration":"9999999999s"})"}) {
    const http::Response answer = with_.Handle(Json("POST", kAdvance, body));
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(std::string(answer.text()), HasSubstr("Invalid value at 'duration'"));
  }
  EXPECT_EQ(with_.Handle(Json("POST", kAdvance, R"({"wrong":1})")).status, 400);
  EXPECT_EQ(with_.Handle(Json("POST", "/sandbox/v1/nothing", "{}")).status, 404);
  const std::string large = R"({"duration":"1s"})" + std::string(limits::kControlBytes, ' ');
  EXPECT_EQ(with_.Handle(Json("POST", kAdvance, large)).status, 413);
  EXPECT_EQ(rpc_.Handle(Rpc(kAdvanceRpc, openzerotouch::sandbox::v1::AdvanceClockRequest()))
                .headers.Get("grpc-status"),
            "3");
}

TEST_F(SandboxMethodsTest, PostsOfPages_AreRefused) {
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded",
                           "multipart/form-data; boundary=x", "application/jsonp"}) {
    http::Request request = Request("POST", "/sandbox/v1/clock:freeze");
    if (*type != '\0') request.headers.Add("Content-Type", type);
    EXPECT_EQ(with_.Handle(http::Request(request)).status, 415) << type;
    request.headers.Add("X-HTTP-Method-Override", "DELETE");
    EXPECT_NE(with_.Handle(std::move(request)).status, 200) << type;
  }
  EXPECT_FALSE(box_.clock.state().frozen);
}

TEST_F(SandboxMethodsTest, Bodies_AreRefusedBeforeTheyAreRead) {
  http::Request request = Request("POST", kAdvance, std::string(100, ' '));
  EXPECT_EQ(with_.RefuseEarly(request)->status, 415);
  request = Json("POST", kAdvance, std::string(100, ' '));
  EXPECT_FALSE(with_.RefuseEarly(request).has_value());
  EXPECT_EQ(request.body_limit, limits::kControlBytes);
  request.headers.Set("Content-Length", "10000000");
  EXPECT_EQ(with_.RefuseEarly(request)->status, 413);
}

TEST_F(SandboxMethodsTest, HostsWithADot_AreRefusedUnlessTheyAreOurs) {
  for (const char* host : {"localhost", "localhost:8080", "sandbox", "127.0.0.1:8080", "[::1]:8080",
                           "10.0.0.7", "box.example.com", "BOX.example.com.:443", ""}) {
    EXPECT_EQ(From(host), 200) << host;
  }
  for (const char* host :
       {"evil.example.com", "127.0.0.1.evil.com:8080", "example.com", "box.example.com.evil"}) {
    EXPECT_EQ(From(host), 403) << host;
  }
  http::Request request = Rpc(kAdvanceRpc, openzerotouch::sandbox::v1::AdvanceClockRequest());
  request.headers.Set("host", "evil.example.com");
  EXPECT_EQ(rpc_.RefuseEarly(request)->headers.Get("grpc-status"), "7");
  EXPECT_EQ(rpc_.Handle(std::move(request)).headers.Get("grpc-status"), "7");
}

TEST_F(SandboxMethodsTest, Pages_MayNotReadAnswers) {
  http::Request request = Json("GET", "/sandbox/v1/clock");
  request.headers.Add("Origin", "http://evil.example.com");
  EXPECT_FALSE(with_.Handle(http::Request(request)).headers.Has("Access-Control-Allow-Origin"));
  request.method = "OPTIONS";
  request.headers.Add("Access-Control-Request-Method", "POST");
  const http::Response preflight = with_.Handle(http::Request(request));
  EXPECT_EQ(preflight.headers.Get("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_FALSE(preflight.headers.Has("Access-Control-Allow-Methods"));
  EXPECT_FALSE(preflight.headers.Has("Access-Control-Allow-Origin"));
  request.method = "GET";
  request.target += "?callback=steal";
  const http::Response script = with_.Handle(std::move(request));
  EXPECT_EQ(script.status, 400);
  EXPECT_THAT(std::string(script.text()), Not(HasSubstr("steal")));
}

TEST_F(SandboxMethodsTest, Batches_HoldNoControls) {
  http::Request request = Authorized(
      "POST", "/batch",
      "--b\r\nContent-Type: application/http\r\n\r\nPOST /sandbox/v1/clock:freeze HTTP/1.1\r\n"
      "Content-Type: application/json\r\n\r\n{}\r\n--b--");
  request.headers.Add("Content-Type", "multipart/mixed; boundary=b");
  const http::Response answer = with_.Handle(std::move(request));
  ASSERT_NE(answer.stream, nullptr);
  EXPECT_THAT(Drain(*answer.stream), HasSubstr("400 Bad Request"));
  EXPECT_FALSE(box_.clock.state().frozen);
}

TEST_F(SandboxMethodsTest, TableWithoutThem_HasNoneOfTheirPaths) {
  EXPECT_EQ(api_.Handle(Json("POST", kAdvance, R"({"duration":"1s"})")).status, 404);
  EXPECT_EQ(api_.Handle(Json("GET", "/sandbox/v1/clock")).text(),
            api_.Handle(Json("GET", "/unknown/v1/clock")).text());
  EXPECT_EQ(api_.Handle(Json("OPTIONS", "/sandbox/v1/clock")).status, 404);
}

TEST_F(SandboxMethodsTest, OpenApi_DescribesThePackage) {
  const std::string path = "/$discovery/OPENAPI3_0?version=";
  const http::Response answer =
      with_.Handle(Request("GET", path + "openzerotouch.sandbox.v1&prettyPrint=false"));
  EXPECT_EQ(answer.status, 200);
  const std::string text(answer.text());
  EXPECT_THAT(text, HasSubstr("/sandbox/v1/clock:advance"));
  EXPECT_THAT(text, HasSubstr("\"clock.advance\""));
  EXPECT_THAT(text, Not(HasSubstr("schemas/Struct"))) << "it is not among the schemas";
  // Both are DELETE; an id names one method.
  EXPECT_THAT(text, HasSubstr("\"faults.delete\""));
  EXPECT_THAT(text, HasSubstr("\"faults.deleteAllFaults\""));
  EXPECT_THAT(text, HasSubstr("Moves the clock forward."));
  EXPECT_THAT(text, Not(HasSubstr("bearer")));
  EXPECT_THAT(text, Not(HasSubstr("partners")));
  const std::string googles(with_.Handle(Request("GET", path + "v1")).text());
  EXPECT_THAT(googles, Not(HasSubstr("sandbox/v1")));
  EXPECT_EQ(with_.Handle(Request("GET", path + "openzerotouch.sandbox.v2")).status, 400);
  EXPECT_EQ(
      with_.Handle(Request("GET", "/$discovery/rest?version=openzerotouch.sandbox.v1")).status,
      400);
  api_.SetRootUrl("http://127.0.0.1:8080");
  EXPECT_EQ(api_.Handle(Request("GET", path + "openzerotouch.sandbox.v1")).status, 400);
}

}  // namespace
}  // namespace zerotouch::wire
