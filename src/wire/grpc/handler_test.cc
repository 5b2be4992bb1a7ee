// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/api_test_base.h"
#include "wire/grpc/message.h"

namespace zerotouch::wire::grpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kUnclaimMethod[] =
    "/google.android.device.provisioning.v1.PartnerService/UnclaimDevice";

class GrpcHandlerTest : public ApiTest {
 protected:
  static http::Request Grpc(http::Request request) {
    request.headers.Add("content-type", "application/grpc");
    request.protocol = http::Protocol::kHttp2;
    return request;
  }

  static std::string EmptyMessage() {
    std::string bytes;
    AppendFrameHead(0, bytes);
    return bytes;
  }

  Handler handler_{methods_, authenticator_,  1'000'000,    [] { return absl::OkStatus(); },
                   clock_,   api_.dispatch(), api_.guard(), api_};
};

TEST_F(GrpcHandlerTest, Log_NeverHoldsATokenOfTheQuery) {
  log::SetLevel(log::Level::kInfo);
  testing::internal::CaptureStderr();
  for (const std::string path : {kUnclaimMethod, "/unknown.Service/Method"}) {
    for (const char* query : {"?access_token=SECRET", "%3Faccess_token=SECRET"}) {
      handler_.Handle(Grpc(Request("POST", path + query, EmptyMessage())));
    }
  }
  log::SetLevel(log::Level::kOff);
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_THAT(lines, HasSubstr(kUnclaimMethod));
  EXPECT_THAT(lines, Not(HasSubstr("SECRET")));
}

TEST_F(GrpcHandlerTest, RequestContext_CarriesTheCaller) {
  http::Request request = Grpc(Authorized("POST", kUnclaimMethod, EmptyMessage()));
  ASSERT_FALSE(handler_.RefuseEarly(request).has_value());
  EXPECT_NE(request.context, nullptr);
  // The partner of an empty message is not the caller's: the rights are checked.
  EXPECT_EQ(handler_.Handle(std::move(request)).headers.Get("grpc-status"), "7");
}

// Refused before the message is read. The resource is in the message, so another
// partner's is refused after that.
TEST_F(GrpcHandlerTest, AccountOfTheWrongKind_IsRefusedBeforeTheMessage) {
  constexpr char kList[] =
      "/google.android.device.provisioning.v1.CustomerService/ListConfigurations";
  http::Request partner = Grpc(Authorized("POST", kUnclaimMethod));
  EXPECT_FALSE(handler_.RefuseEarly(partner).has_value());
  // The scope is the reseller's, and this table has no method of customers.
  http::Request other = Grpc(Authorized("POST", kList));
  EXPECT_EQ(handler_.RefuseEarly(other)->headers.Get("grpc-status"), "12");
  http::Request customer = Grpc(Request("POST", kUnclaimMethod));
  customer.headers.Add(
      "authorization",
      "Bearer " + Jwt("", "https://www.googleapis.com/auth/androidworkzerotouchemm"));
  const auto refused = handler_.RefuseEarly(customer);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->headers.Get("grpc-status"), "7");
  customer.context = nullptr;
  customer.body = EmptyMessage();
  EXPECT_EQ(handler_.Handle(std::move(customer)).headers.Get("grpc-status-details-bin"),
            refused->headers.Get("grpc-status-details-bin"));
}

TEST_F(GrpcHandlerTest, Errors_AreNotCompressed) {
  http::Request request = Grpc(Authorized("POST", kUnclaimMethod, EmptyMessage()));
  request.headers.Add("grpc-accept-encoding", "gzip");
  const http::Response refused = handler_.Handle(std::move(request));
  EXPECT_EQ(refused.headers.Get("grpc-status"), "7");
  EXPECT_FALSE(refused.headers.Has("grpc-encoding"));
}

TEST_F(GrpcHandlerTest, StreamingCall_IsCompressedForClientsThatAskForIt) {
  constexpr char kInfo[] = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  http::Request request = Grpc(Request("POST", kInfo));
  EXPECT_FALSE(handler_.Open(request)->Header().Has("grpc-encoding"));
  request.headers.Add("grpc-accept-encoding", "identity, deflate");
  EXPECT_FALSE(handler_.Open(request)->Header().Has("grpc-encoding"));
  request.headers.Set("grpc-accept-encoding", "identity, deflate, gzip");
  EXPECT_EQ(handler_.Open(request)->Header().Get("grpc-encoding"), "gzip");
}

TEST_F(GrpcHandlerTest, Open_RefusesWhatHandleRefuses) {
  const char kWatch[] = "/grpc.health.v1.Health/Watch";
  EXPECT_NE(handler_.Open(Grpc(Request("POST", kWatch, EmptyMessage()))), nullptr);
  EXPECT_EQ(handler_.Open(Grpc(Request("GET", kWatch))), nullptr);
}

}  // namespace
}  // namespace zerotouch::wire::grpc
