// SPDX-License-Identifier: Apache-2.0
// Quotas as callers meet them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "auth/call_quota.h"
#include "wire/api_test_base.h"
#include "wire/grpc/handler.h"
#include "wire/grpc/message.h"

namespace zerotouch::wire {
namespace {

using ::testing::HasSubstr;

constexpr char kQuotaDevice[] = "/v1/partners/7/devices/9";
constexpr char kUnclaimOne[] = "/v1/partners/7/devices:unclaim";

class QuotaTest : public ApiTest {
 protected:
  QuotaTest() { authenticator_.SetQuota(quota_); }

  http::Response Get() { return api_.Handle(Authorized("GET", kQuotaDevice)); }

  // Asks for a token as `peer`, with an assertion for `audience`.
  http::Response AskForToken(const std::string& peer, const std::string& audience) {
    http::Request request =
        Request("POST", "/token",
                "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
                    Jwt(audience, kScope));
    request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
    request.peer = peer;
    return limited_api_.Handle(std::move(request));
  }

  auth::CallQuota quota_{5, nullptr, clock_};
  auth::TokenEndpoint limited_{
      *store_, accounts_, clock_, audience_, {.per_minute = 3, .per_peer = 6}};
  Api limited_api_{methods_, authenticator_, limited_, *store_, clock_};
  const std::string token_url_ = std::string(kEndpoint) + "/token";
};

TEST_F(QuotaTest, CallsPastTheQuota_AreRefused) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Get().status, 200);
  const http::Response refused = Get();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.Get("Retry-After"), "20");
  EXPECT_THAT(refused.body, HasSubstr("RESOURCE_EXHAUSTED"));
  EXPECT_THAT(refused.body, HasSubstr("google.rpc.RetryInfo"));
  EXPECT_THAT(refused.body, HasSubstr("5 calls in 100 seconds"));
  clock_.Advance(absl::Seconds(20));
  EXPECT_EQ(Get().status, 200);
  EXPECT_EQ(Get().status, 429);
  // Endpoints without credentials have no quota.
  EXPECT_EQ(api_.Handle(Request("GET", "/healthz")).status, 200);
}

// A call is counted once, although it is authenticated before and after its body.
TEST_F(QuotaTest, CallWithABody_CountsOnce) {
  for (int i = 0; i < 5; ++i) {
    http::Request request = Authorized("POST", kUnclaimOne, "{}");
    ASSERT_FALSE(api_.RefuseEarly(request).has_value());
    EXPECT_EQ(api_.Handle(std::move(request)).status, 200);
  }
  EXPECT_EQ(RefuseEarly(Authorized("POST", kUnclaimOne, "{}")), 429);
}

TEST_F(QuotaTest, PartsOfABatch_AreCalls) {
  std::string body;
  for (int i = 0; i < 8; ++i) {
    body +=
        std::string("--b\nContent-Type: application/http\n\nGET ") + kQuotaDevice + " HTTP/1.1\n\n";
  }
  http::Request request = Request("POST", "/batch", body + "--b--\n");
  request.headers.Add("Content-Type", "multipart/mixed; boundary=b");
  request.headers.Add("Authorization", Bearer());
  http::Response response = api_.Handle(std::move(request));
  ASSERT_NE(response.stream, nullptr);
  const std::string text = Drain(*response.stream);
  int answered = 0;
  for (size_t at = text.find("HTTP/1.1 200"); at != std::string::npos;
       at = text.find("HTTP/1.1 200", at + 1)) {
    ++answered;
  }
  EXPECT_EQ(answered, 5);
}

TEST_F(QuotaTest, Grpc_GetsTheSameError) {
  grpc::Handler handler(
      methods_, authenticator_, 1'000, [] { return absl::OkStatus(); }, clock_, api_.dispatch(),
      api_.guard(), api_);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Get().status, 200);
  http::Request request =
      Authorized("POST", "/google.android.device.provisioning.v1.PartnerService/GetDevice");
  request.headers.Add("content-type", "application/grpc");
  request.protocol = http::Protocol::kHttp2;
  const auto refused = handler.RefuseEarly(request);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->headers.Get("grpc-status"), "8");
  EXPECT_THAT(std::string(refused->headers.Get("grpc-message")),
              HasSubstr("5 calls in 100 seconds"));
}

TEST_F(QuotaTest, Tokens_OnlyGenuineAssertionsCount) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(AskForToken("", "https://other.example").status, 400);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(AskForToken("", token_url_).status, 200);
  const http::Response refused = AskForToken("", token_url_);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.Get("Retry-After"), "20");
  EXPECT_THAT(refused.body, HasSubstr("\"error\":\"temporarily_unavailable\""));
  clock_.Advance(absl::Seconds(20));
  EXPECT_EQ(AskForToken("", token_url_).status, 200);
}

TEST_F(QuotaTest, Tokens_EveryRequestOfAnAddressCounts) {
  const std::string wrong = "https://other.example";
  for (int i = 0; i < 6; ++i) EXPECT_EQ(AskForToken("192.0.2.1", wrong).status, 400);
  EXPECT_EQ(AskForToken("192.0.2.1", wrong).status, 429);
  EXPECT_EQ(AskForToken("192.0.2.1", token_url_).status, 429);
  EXPECT_EQ(AskForToken("192.0.2.2", token_url_).status, 200);
  // In IPv6 a client has all addresses of a /64.
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(AskForToken("2001:db8::" + std::to_string(i + 1), wrong).status, 400);
  }
  EXPECT_EQ(AskForToken("2001:db8::77", wrong).status, 429);
  EXPECT_EQ(AskForToken("2001:db8:0:1::77", wrong).status, 400);
}

}  // namespace
}  // namespace zerotouch::wire
