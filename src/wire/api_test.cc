// SPDX-License-Identifier: Apache-2.0
#include "wire/api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "errors/errors.h"
#include "wire/api_test_base.h"
#include "wire/rest/error_json.h"

namespace zerotouch::wire {
namespace {

using ::testing::HasSubstr;

// Counts the snapshots that are read from another store.
class CountingStore final : public store::Store {
 public:
  explicit CountingStore(store::Store& store) : store_(store) {}
  absl::StatusOr<std::unique_ptr<store::Snapshot>> Read() override {
    ++reads_;
    return store_.Read();
  }
  absl::Status Write(const std::function<absl::Status(store::Transaction&)>& write) override {
    return store_.Write(write);
  }
  void OnOperation(std::function<void()>) override {}
  absl::Status Ping() override { return store_.Ping(); }
  int reads() const { return reads_; }

 private:
  store::Store& store_;
  int reads_ = 0;
};

TEST_F(ApiTest, Call_ReachesTheService) {
  const http::Response response = api_.Handle(
      Authorized("POST", kUnclaim, R"({"deviceId":"5","sectionType":"SECTION_TYPE_ZERO_TOUCH"})"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{}\n");
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/json; charset=UTF-8");
  EXPECT_EQ(response.headers.Get("Vary"), "Origin, X-Origin, Referer");
  EXPECT_EQ(response.headers.Get("Cache-Control"), "private");
  EXPECT_EQ(response.headers.Get("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(services_.partner, PartnerId(kPartner));
  EXPECT_EQ(services_.unclaim.partner_id(), kPartner);
  EXPECT_EQ(services_.unclaim.device_id(), 5);
}

TEST_F(ApiTest, PrettyPrint_IsHonouredInAnswersAndErrors) {
  const std::string path = "/v1/partners/7/devices/9";
  EXPECT_EQ(api_.Handle(Authorized("GET", path)).body,
            "{\n  \"name\": \"partners/7/devices/9\",\n  \"deviceId\": \"9\"\n}\n");
  EXPECT_EQ(api_.Handle(Authorized("GET", path + "?prettyPrint=false&alt=json")).body,
            R"({"name":"partners/7/devices/9","deviceId":"9"})");
  EXPECT_EQ(api_.Handle(Request("GET", "/v1/nothing?$prettyPrint=false")).body,
            ErrorJson(errors::NoSuchRoute(), false));
}

TEST_F(ApiTest, NoCredentials_AreRefusedBeforeTheBodyIsRead) {
  const http::Response response = api_.Handle(Request("POST", kUnclaim, "not JSON"));
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.headers.Get("WWW-Authenticate"),
            "Bearer realm=\"https://accounts.google.com/\"");
  EXPECT_EQ(api_.Handle(Request("GET", kOperation)).status, 401);
  EXPECT_EQ(services_.calls, 0);
}

TEST_F(ApiTest, WrongCredentials_AreChallengedAsInvalid) {
  http::Request request = Request("POST", kUnclaim, "{}");
  request.headers.Add("Authorization", "Bearer nonsense");
  EXPECT_THAT(std::string(api_.Handle(std::move(request)).headers.Get("WWW-Authenticate")),
              HasSubstr("error=\"invalid_token\""));
}

TEST_F(ApiTest, AnotherPartner_IsRefused) {
  EXPECT_EQ(api_.Handle(Authorized("POST", "/v1/partners/8/devices:unclaim", "{}")).status, 403);
  EXPECT_EQ(services_.calls, 0);
}

TEST_F(ApiTest, AnotherPartner_IsRefusedBeforeTheBodyIsRead) {
  const char* const others = "/v1/partners/8/devices:unclaim";
  const std::string body = api_.Handle(Authorized("POST", others, "{}")).body;
  http::Request declared = Authorized("POST", others, "{}");
  http::Request http2 = Authorized("POST", others);
  http2.protocol = http::Protocol::kHttp2;
  http::Request chunked = Authorized("POST", others);
  chunked.headers.Add("Transfer-Encoding", "chunked");
  for (http::Request* request : {&declared, &http2, &chunked}) {
    const auto refused = api_.RefuseEarly(*request);
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->status, 403);
    EXPECT_EQ(refused->body, body);
  }
  // Transcode reports a path that names no partner.
  EXPECT_EQ(RefuseEarly(Authorized("POST", "/v1/partners/x/devices:unclaim", "{}")), 0);
  EXPECT_EQ(RefuseEarly(Authorized("POST", kUnclaim, "{}")), 0);
  // The same error if the body is malformed.
  EXPECT_EQ(api_.Handle(Authorized("POST", others, "no JSON")).body, body);
}

TEST_F(ApiTest, UnknownAlt_IsRefusedAheadOfTheCredentials) {
  const http::Response response = api_.Handle(Request("POST", std::string(kUnclaim) + "?alt=xml"));
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("xml"));
}

TEST_F(ApiTest, UnknownPathOrHttpMethod_IsNotFound) {
  const std::pair<const char*, const char*> cases[] = {
      {"GET", "/"},        {"GET", kUnclaim}, {"POST", "/healthz"}, {"GET", "/token"},
      {"POST", "/readyz"}, {"OPTIONS", "/x"}, {"GET", "/v2/x"}};
  for (const auto& [method, target] : cases) {
    const http::Response response = api_.Handle(Authorized(method, target));
    EXPECT_EQ(response.status, 404) << method << " " << target;
    EXPECT_EQ(response.body, ErrorJson(errors::NoSuchRoute(), true));
  }
}

TEST_F(ApiTest, BadBody_NeverReachesTheService) {
  const http::Response response = api_.Handle(
      Authorized("POST", std::string(kUnclaim) + "?nope=1", R"({"foo":1,"deviceId":"5"})"));
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("Unknown name \\\"nope\\\""));
  EXPECT_THAT(response.body, HasSubstr("Unknown name \\\"foo\\\""));
  EXPECT_EQ(services_.calls, 0);
}

TEST_F(ApiTest, MethodNotProvided_IsUnimplemented) {
  EXPECT_EQ(api_.Handle(Authorized("GET", "/v1/partners/7/vendors")).status, 501);
  EXPECT_EQ(api_.Handle(Request("GET", "/v1/partners/7/vendors")).status, 401);
}

TEST_F(ApiTest, ErrorsOfTheService_AreRendered) {
  services_.failure = errors::UnknownDevice();
  const http::Response known = api_.Handle(Authorized("POST", kUnclaim, "{}"));
  EXPECT_EQ(known.status, 404);
  EXPECT_EQ(known.body, ErrorJson(errors::UnknownDevice(), true));

  services_.failure = absl::InternalError("secret: row 5 is torn");
  const http::Response inside = api_.Handle(Authorized("POST", kUnclaim, "{}"));
  EXPECT_EQ(inside.status, 500);
  EXPECT_EQ(inside.body, ErrorJson(errors::Internal(), true));

  services_.failure = absl::ResourceExhaustedError("secret");
  const http::Response busy = api_.Handle(Authorized("POST", kUnclaim, "{}"));
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(busy.headers.Get("Retry-After"), "1");
}

TEST_F(ApiTest, SmallOperation_IsOneBody) {
  services_.items = 1;
  const http::Response response =
      api_.Handle(Authorized("GET", std::string(kOperation) + "?prettyPrint=false"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.stream, nullptr);
  EXPECT_EQ(response.body,
            R"({"name":"operations/apibatchoperation/5","done":true,"response":{"@type":)"
            R"("type.googleapis.com/google.android.device.provisioning.v1.)"
            R"(DevicesLongRunningOperationResponse","perDeviceStatus":[)"
            R"({"result":{"status":"SINGLE_DEVICE_STATUS_SUCCESS"}}],"successCount":1}})");
}

TEST_F(ApiTest, PendingOperation_HasNoResponse) {
  EXPECT_EQ(api_.Handle(Authorized("GET", kOperation)).body,
            "{\n  \"name\": \"operations/apibatchoperation/5\"\n}\n");
}

TEST_F(ApiTest, LargeOperation_IsStreamed) {
  services_.items = 20'000;
  const http::Response response = api_.Handle(Authorized("GET", kOperation));
  EXPECT_EQ(response.status, 200);
  ASSERT_NE(response.stream, nullptr);
  EXPECT_EQ(response.body, "");
  const std::string text = Drain(*response.stream);
  size_t items = 0;
  for (size_t at = 0; (at = text.find("SINGLE_DEVICE_STATUS_SUCCESS", at)) != std::string::npos;
       ++at) {
    ++items;
  }
  EXPECT_EQ(items, 20'000u);
  EXPECT_THAT(text, ::testing::EndsWith("    ],\n    \"successCount\": 20000\n  }\n}\n"));
}

TEST_F(ApiTest, OperationThatFailsAtOnce_IsAnError) {
  services_.items = 1;
  services_.items_end = absl::UnavailableError("secret");
  const http::Response response = api_.Handle(Authorized("GET", kOperation));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
}

TEST_F(ApiTest, OperationThatFailsLater_CutsTheStream) {
  services_.items = 20'000;
  services_.items_end = absl::UnavailableError("gone");
  const http::Response response = api_.Handle(Authorized("GET", kOperation));
  ASSERT_NE(response.stream, nullptr);
  std::string out;
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = response.stream->Next(out);
  EXPECT_EQ(more.status(), absl::UnavailableError("gone"));
}

TEST_F(ApiTest, Token_IsGivenAndGood) {
  http::Request ask =
      Request("POST", "/token",
              "assertion=" + Jwt(std::string(kEndpoint) + "/token", kScope) +
                  "&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer");
  ask.headers.Add("Content-Type", "application/x-www-form-urlencoded");
  const http::Response answer = api_.Handle(std::move(ask));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.headers.Get("Cache-Control"), "no-store");
  const std::string start = "\"access_token\":\"";
  const size_t at = answer.body.find(start);
  ASSERT_NE(at, std::string::npos) << answer.body;
  const size_t begin = at + start.size();
  const std::string token = answer.body.substr(begin, answer.body.find('"', begin) - begin);
  EXPECT_EQ(api_.Handle(Request("GET", "/v1/partners/7/devices/9?access_token=" + token)).status,
            200);
  http::Request in_header = Request("GET", "/v1/partners/7/devices/9");
  in_header.headers.Add("Authorization", "Bearer " + token);
  EXPECT_EQ(api_.Handle(std::move(in_header)).status, 200);
}

TEST_F(ApiTest, Token_Refused_IsAnOAuthError) {
  const http::Response response = api_.Handle(Request("POST", "/token"));
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("\"error\""));
  EXPECT_EQ(api_.Handle(Request("POST", "/token", std::string(100'000, 'a'))).status, 413);
}

TEST_F(ApiTest, Health_NeedsNoCredentials) {
  EXPECT_EQ(api_.Handle(Request("GET", "/healthz")).body, "{\"status\":\"ok\"}\n");
  EXPECT_EQ(api_.Handle(Request("HEAD", "/healthz")).status, 200);
  EXPECT_EQ(api_.Handle(Request("GET", "/readyz?verbose")).status, 200);
}

TEST_F(ApiTest, Draining_IsAliveButNotReady) {
  api_.SetDraining();
  EXPECT_EQ(api_.Handle(Request("GET", "/readyz")).status, 503);
  EXPECT_EQ(api_.Handle(Request("GET", "/healthz")).status, 200);
}

TEST_F(ApiTest, StoreDown_IsNotReady) {
  FailingStore down;
  Api api(methods_, authenticator_, tokens_, down, clock_);
  const http::Response response = api.Handle(Request("GET", "/readyz"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.body.find("secret"), std::string::npos);
}

TEST_F(ApiTest, DamagedStore_IsNotReady) {
  FailingStore damaged(absl::DataLossError("the disk image is malformed"));
  Api api(methods_, authenticator_, tokens_, damaged, clock_);
  const http::Response response = api.Handle(Request("GET", "/readyz"));
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("cannot be read"));
  EXPECT_EQ(response.body.find("malformed"), std::string::npos);
}

TEST_F(ApiTest, RefuseEarly_UnauthenticatedBodiesAreNotRead) {
  EXPECT_EQ(RefuseEarly(Request("POST", kUnclaim, "{}")), 401);
  EXPECT_EQ(RefuseEarly(Authorized("POST", "/v1/nothing", "{}")), 404);
  EXPECT_EQ(RefuseEarly(Authorized("POST", std::string(kUnclaim) + "?alt=xml", "{}")), 400);
  EXPECT_EQ(RefuseEarly(Request("POST", "/token", std::string(100'000, 'a'))), 413);
  http::Request chunked = Request("POST", kUnclaim);
  chunked.headers.Add("Transfer-Encoding", "chunked");
  EXPECT_EQ(RefuseEarly(std::move(chunked)), 401);
  http::Request no_length = Request("POST", kUnclaim);
  no_length.protocol = http::Protocol::kHttp2;
  EXPECT_EQ(RefuseEarly(std::move(no_length)), 401);
}

TEST_F(ApiTest, RefuseEarly_LimitsBodiesWithoutAuthentication) {
  for (const char* target : {"/token", "/batch", "/v1/anything"}) {
    http::Request chunked = Request("POST", target);
    if (std::string_view(target).starts_with("/v1")) chunked.method = "OPTIONS";
    chunked.headers.Add("Transfer-Encoding", "chunked");
    EXPECT_FALSE(api_.RefuseEarly(chunked).has_value()) << target;
    EXPECT_LE(chunked.body_limit, limits::kBatchRequestBytes) << target;
  }
}

TEST_F(ApiTest, RefuseEarly_PassesValidRequests) {
  EXPECT_EQ(RefuseEarly(Authorized("POST", kUnclaim, "{}")), 0);
  EXPECT_EQ(RefuseEarly(Request("POST", "/token", "a=b")), 0);
  EXPECT_EQ(RefuseEarly(Request("GET", "/healthz", "a=b")), 0);
  EXPECT_EQ(RefuseEarly(Request("OPTIONS", kUnclaim, "a=b")), 0);
  // Handle refuses requests without a body.
  EXPECT_EQ(RefuseEarly(Request("GET", kOperation)), 0);
  EXPECT_EQ(RefuseEarly(Request("POST", kUnclaim)), 0);
}

TEST_F(ApiTest, RequestWithABody_IsAuthenticatedOnce) {
  CountingStore counted(*store_);
  auth::AccountCache accounts(counted);
  auth::Authenticator authenticator(accounts, clock_, audience_);
  Api api(methods_, authenticator, tokens_, *store_, clock_);
  http::Request request = Authorized("POST", kUnclaim, "{}");
  EXPECT_FALSE(api.RefuseEarly(request).has_value());
  const int reads = counted.reads();
  EXPECT_GT(reads, 0);
  EXPECT_EQ(api.Handle(std::move(request)).status, 200);
  EXPECT_EQ(counted.reads(), reads);
}

TEST_F(ApiTest, SlowBody_IsAuthenticatedAgain) {
  CountingStore counted(*store_);
  auth::AccountCache accounts(counted);
  auth::Authenticator authenticator(accounts, clock_, audience_);
  Api api(methods_, authenticator, tokens_, *store_, clock_);
  http::Request request = Authorized("POST", kUnclaim, "{}");
  EXPECT_FALSE(api.RefuseEarly(request).has_value());
  const int reads = counted.reads();
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(api.Handle(std::move(request)).status, 200);
  EXPECT_EQ(counted.reads(), reads + 1);
}

TEST_F(ApiTest, Log_NeverHoldsATokenOfTheQuery) {
  log::SetLevel(log::Level::kInfo);
  testing::internal::CaptureStderr();
  for (const char* target :
       {"/v1/partners/7/devices/9?access_token=SECRET", "/v1/x#access_token=SECRET",
        "/v1/x%3Faccess_token=SECRET", "/v1/x%3faccess_token=SECRET",
        "http://host/v1/x?access_token=SECRET", "x?u=http://h/v1&access_token=SECRET"}) {
    api_.Handle(Request("GET", target));
    http::Request early = Request("POST", target, "{}");
    api_.RefuseEarly(early);
  }
  log::SetLevel(log::Level::kOff);
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_THAT(lines, HasSubstr("/v1/partners/7/devices/9"));
  EXPECT_THAT(lines, ::testing::Not(HasSubstr("SECRET")));
}

TEST_F(ApiTest, RenderFault_IsTheApisError) {
  const http::Response response = api_.RenderFault(http::BodyTooLarge(5), http::Request());
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.body, ErrorJson(errors::BodyTooLarge(5), true));
}

}  // namespace
}  // namespace zerotouch::wire
