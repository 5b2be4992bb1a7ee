// SPDX-License-Identifier: Apache-2.0
#include "client/client.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/status_text.h"
#include "client/api_error.h"
#include "crypto/jwt.h"
#include "crypto/key_file.h"
#include "support/scripted_transport.h"
#include "support/temp_dir.h"

namespace zerotouch::client {
namespace {

using google::longrunning::Operation;
using test::FakePacer;
using test::ScriptedTransport;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kTokenUri[] = "http://server:8080/token";

Credentials TestCredentials() {
  static const crypto::PrivateKey key =
      crypto::PrivateKey::Generate(crypto::Algorithm::kEs256).value();
  return {.email = "robot@example.com", .key_id = "key-1", .key = key, .token_uri = kTokenUri};
}

std::string Token(const std::string& name, int seconds = 3600) {
  return fmt::format(R"({{"access_token":"{}","expires_in":{},"token_type":"Bearer"}})", name,
                     seconds);
}

class ClientTest : public testing::Test {
 protected:
  Client MakeClient() {
    ClientOptions options;
    options.pacer = &pacer_;
    return Client(TestCredentials(), transport_, std::move(options));
  }

  FakePacer pacer_;
  ScriptedTransport transport_;
};

TEST_F(ClientTest, Token_IsAskedForByASignedAssertion_AndKept) {
  transport_.Answer(200, Token("one"));
  transport_.Answer(200);
  transport_.Answer(200);
  Client client = MakeClient();
  ASSERT_TRUE(client.GetOperation("operations/a/1").ok());
  ASSERT_TRUE(client.GetOperation("operations/a/1").ok());
  ASSERT_EQ(transport_.requests.size(), 3u);
  const auto& grant = transport_.requests[0];
  EXPECT_EQ(grant.url, kTokenUri);
  const std::string mark = "&assertion=";
  const auto jwt = crypto::ParseJwt(grant.body.substr(grant.body.find(mark) + mark.size()));
  ASSERT_TRUE(jwt.ok()) << grant.body;
  EXPECT_TRUE(crypto::VerifySignature(*jwt, TestCredentials().key.Public()));
  EXPECT_EQ(jwt->claims.issuer, "robot@example.com");
  EXPECT_EQ(jwt->claims.audience, kTokenUri);
  EXPECT_EQ(jwt->claims.scope, kResellerScope);
  EXPECT_EQ(jwt->claims.expires_at - jwt->claims.issued_at, absl::Hours(1));
  EXPECT_EQ(jwt->key_id, "key-1");
  EXPECT_THAT(transport_.requests[2].headers, Contains("Authorization: Bearer one"));
}

TEST_F(ClientTest, Token_IsRenewedBeforeItExpires) {
  transport_.Answer(200, Token("one"));
  transport_.Answer(200);
  Client client = MakeClient();
  ASSERT_TRUE(client.GetOperation("operations/a/1").ok());
  pacer_.now += absl::Minutes(56);
  transport_.Answer(200, Token("two"));
  transport_.Answer(200);
  ASSERT_TRUE(client.GetOperation("operations/a/1").ok());
  EXPECT_THAT(transport_.requests.back().headers, Contains("Authorization: Bearer two"));
}

TEST_F(ClientTest, RefusedToken_IsRenewedOnce) {
  const HttpResponse refused{
      .status = 401, .body = "{}", .challenge = R"(Bearer realm="r", error="invalid_token")"};
  transport_.Answer(200, Token("one"));
  transport_.answers.emplace_back(refused);
  transport_.Answer(200, Token("two"));
  transport_.Answer(200, R"({"name":"operations/a/1"})");
  Client client = MakeClient();
  api::UnclaimDevicesRequest request;
  request.set_partner_id(7);
  EXPECT_EQ(client.UnclaimDevicesAsync(request)->name(), "operations/a/1")
      << "repeated even where repeating could hurt: a refused call did nothing";
  transport_.answers.emplace_back(refused);
  transport_.Answer(200, Token("three"));
  transport_.answers.emplace_back(refused);
  EXPECT_TRUE(absl::IsUnauthenticated(client.GetOperation("operations/a/1").status()));
  EXPECT_THAT(transport_.answers, IsEmpty());
}

TEST_F(ClientTest, MissingRight_IsNotMendedByANewToken) {
  transport_.Answer(200, Token("one"));
  transport_.Answer(401);
  EXPECT_TRUE(absl::IsUnauthenticated(MakeClient().GetOperation("operations/a/1").status()));
  EXPECT_EQ(transport_.requests.size(), 2u);
}

TEST_F(ClientTest, RefusedKey_IsUnauthenticated_WithTheServersReason) {
  transport_.Answer(400, R"({"error":"invalid_grant","error_description":"Invalid signature."})");
  const absl::Status status = MakeClient().GetOperation("operations/a/1").status();
  EXPECT_TRUE(absl::IsUnauthenticated(status));
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("invalid_grant: Invalid signature."));
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("robot@example.com"));
}

TEST_F(ClientTest, Calls_AreRenderedAsTheirAnnotationsSay) {
  transport_.Answer(200, Token("one"));
  Client client = MakeClient();
  api::ClaimDevicesRequest claims;
  claims.set_partner_id(12);
  claims.add_claims()->mutable_device_identifier()->set_imei("490154203237518");
  transport_.Answer(200);
  ASSERT_TRUE(client.ClaimDevicesAsync(claims).ok());
  EXPECT_EQ(transport_.requests.back().method, "POST");
  EXPECT_EQ(transport_.requests.back().url, "http://server:8080/v1/partners/12/devices:claimAsync");
  EXPECT_EQ(transport_.requests.back().body,
            R"({"claims":[{"deviceIdentifier":{"imei":"490154203237518"}}]})");

  api::ListPartnerCustomersRequest list;
  list.set_partner_id(12);
  list.set_page_size(5);
  list.set_page_token("a/b c");
  transport_.Answer(200);
  ASSERT_TRUE(client.ListCustomers(list).ok());
  EXPECT_EQ(transport_.requests.back().method, "GET");
  EXPECT_EQ(transport_.requests.back().url,
            "http://server:8080/v1/partners/12/customers?pageSize=5&pageToken=a%2Fb%20c");

  transport_.Answer(200);
  ASSERT_TRUE(client.GetOperation("operations/apibatchoperation/5?x").ok());
  EXPECT_EQ(transport_.requests.back().url,
            "http://server:8080/v1/operations/apibatchoperation/5%3Fx");
}

TEST_F(ClientTest, MissingPathField_IsNotSent) {
  const absl::Status status = MakeClient().UnclaimDevicesAsync({}).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(transport_.requests, IsEmpty());
}

TEST_F(ClientTest, LostAnswer_RepeatsClaims_ButNotUnclaims) {
  transport_.Answer(200, Token("one"));
  Client client = MakeClient();
  transport_.Fail(absl::AbortedError("reset"));
  transport_.Answer(200, R"({"name":"operations/a/1"})");
  api::ClaimDevicesRequest claims;
  claims.set_partner_id(12);
  EXPECT_TRUE(client.ClaimDevicesAsync(claims).ok());
  EXPECT_FALSE(transport_.requests.back().only_once);
  transport_.Fail(absl::AbortedError("reset"));
  transport_.Answer(200, R"({"name":"operations/a/2"})");
  api::UnclaimDevicesRequest unclaims;
  unclaims.set_partner_id(12);
  EXPECT_TRUE(absl::IsAborted(client.UnclaimDevicesAsync(unclaims).status()));
  EXPECT_EQ(transport_.answers.size(), 1u) << "not sent again";
  EXPECT_TRUE(transport_.requests.back().only_once) << "by nobody below either";
}

TEST_F(ClientTest, UnknownFieldsOfANewerServer_AreIgnored) {
  transport_.Answer(200, Token("one"));
  transport_.Answer(200, R"({"name":"operations/a/1","colour":"red",
      "metadata":{"@type":"type.googleapis.com/some.new.Type","x":[1]}})");
  const auto operation = MakeClient().GetOperation("operations/a/1");
  ASSERT_TRUE(operation.ok()) << operation.status();
  EXPECT_EQ(operation->name(), "operations/a/1");
}

TEST_F(ClientTest, AnswersThatAreNoJson_AreErrors) {
  transport_.Answer(200, Token("one"));
  transport_.Answer(200, "<html>");
  EXPECT_TRUE(absl::IsInternal(MakeClient().GetOperation("operations/a/1").status()));
}

// Returns the operation `operations/a/1` with `fields`, in which TYPE stands for the
// package of the API's types.
std::string OperationJson(std::string fields) {
  const std::string mark = "TYPE";
  fields.replace(fields.find(mark), mark.size(),
                 "type.googleapis.com/google.android.device.provisioning.v1");
  return R"({"name":"operations/a/1",)" + fields + "}";
}

const std::string kRunning = OperationJson(R"("metadata":{
    "@type":"TYPE.DevicesLongRunningOperationMetadata",
    "devicesCount":4,"progress":50,"processingStatus":"BATCH_PROCESS_IN_PROGRESS"})");
const std::string kDone = OperationJson(R"("done":true,"response":{
    "@type":"TYPE.DevicesLongRunningOperationResponse","successCount":1,
    "perDeviceStatus":[{"result":{"status":"SINGLE_DEVICE_STATUS_SUCCESS","deviceId":"9"}}]})");

TEST_F(ClientTest, Wait_LooksLessAndLessOften_AndTellsProgress) {
  transport_.Answer(200, Token("one"));
  for (int i = 0; i < 20; ++i) transport_.Answer(200, kRunning);
  transport_.Answer(200, kDone);
  int looks = 0;
  WaitOptions options;
  options.on_poll = [&](const Operation& operation) {
    EXPECT_EQ(ProgressOf(operation).progress(), operation.done() ? 0 : 50);
    ++looks;
  };
  const auto operation = MakeClient().Wait("operations/a/1", options);
  ASSERT_TRUE(operation.ok()) << operation.status();
  EXPECT_EQ(ResultsOf(*operation)->per_device_status(0).result().device_id(), 9);
  EXPECT_EQ(looks, 21);
  EXPECT_EQ(pacer_.slept.front(), absl::Milliseconds(100));
  EXPECT_EQ(pacer_.slept.back(), absl::Seconds(2));
}

TEST_F(ClientTest, Wait_CanBeLeftToTheServer) {
  transport_.Answer(200, Token("one"));
  transport_.Answer(200, kRunning);
  transport_.Answer(200, kDone);
  const auto operation = MakeClient().Wait(
      "operations/a/1", {.uses_wait_method = true, .fields = "name,done,response(x)"});
  ASSERT_TRUE(operation.ok()) << operation.status();
  ASSERT_EQ(transport_.requests.size(), 3u);
  EXPECT_EQ(transport_.requests[1].url,
            "http://server:8080/v1/operations/a/1:wait?fields=name,done,response(x)");
  EXPECT_EQ(transport_.requests[1].body, R"({"timeout":"0.100s"})");
  EXPECT_EQ(pacer_.slept.size(), 1u) << "the server answered before the pause was over";
}

TEST_F(ClientTest, Wait_PollsAServerWithoutTheWaitMethod) {
  transport_.Answer(200, Token("one"));
  transport_.Answer(404, "<html>Not found</html>");
  transport_.Answer(200, kDone);
  const auto operation = MakeClient().Wait("operations/a/1", {.uses_wait_method = true});
  ASSERT_TRUE(operation.ok()) << operation.status();
  EXPECT_EQ(transport_.requests.back().url, "http://server:8080/v1/operations/a/1");
}

TEST_F(ClientTest, AnyMethod_IsCalledByItsDescriptor) {
  transport_.Answer(200, Token("one"));
  transport_.Answer(200, R"({"vendors":[{"companyId":"5"}]})");
  const auto* method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
      "google.android.device.provisioning.v1.PartnerService.ListVendors");
  ASSERT_NE(method, nullptr);
  api::ListVendorsRequest request;
  request.set_parent("partners/7");
  api::ListVendorsResponse response;
  ASSERT_TRUE(MakeClient().CallMethod(*method, request, response).ok());
  EXPECT_EQ(transport_.requests.back().url, "http://server:8080/v1/partners/7/vendors");
  EXPECT_EQ(response.vendors(0).company_id(), 5);
}

TEST_F(ClientTest, RawCalls_AreSigned_AndGetTheBodyBack) {
  transport_.Answer(200, Token("one"));
  transport_.Answer(200, "{\"x\": 1}");
  Client client = MakeClient();
  EXPECT_EQ(*client.Send("POST", "/v1/x?y=z", "{}"), "{\"x\": 1}");
  EXPECT_EQ(transport_.requests.back().url, "http://server:8080/v1/x?y=z");
  EXPECT_THAT(transport_.requests.back().headers, Contains("Authorization: Bearer one"));
  transport_.answers.emplace_back(HttpResponse{.status = 404, .request_id = "r-1"});
  const absl::Status status = client.Send("GET", "/v1/x", "").status();
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("[request r-1]"));
  EXPECT_EQ(ApiErrorOf(status)->request_id, "r-1");
}

TEST_F(ClientTest, WithoutAnAccount_NothingIsSigned) {
  ClientOptions options;
  options.pacer = &pacer_;
  options.endpoint = "http://server:8080/";
  Client client(transport_, std::move(options));
  transport_.Answer(200);
  EXPECT_TRUE(client.Send("POST", "/sandbox/v1/clock:freeze", "").ok());
  EXPECT_THAT(transport_.requests.back().headers,
              testing::ElementsAre("Content-Type: application/json"));
}

TEST_F(ClientTest, Wait_SurvivesAnOutage) {
  transport_.Answer(200, Token("one"));
  transport_.Answer(200, kRunning);
  for (int i = 0; i < 100; ++i) transport_.Fail(absl::UnavailableError("refused"));
  transport_.Answer(200, kDone);
  EXPECT_TRUE(MakeClient().Wait("operations/a/1", {})->done());
}

TEST_F(ClientTest, Wait_GivesUpAfterTheLongestOutage) {
  transport_.Answer(200, Token("one"));
  transport_.Answer(200, kRunning);
  const absl::Time begin = pacer_.now;
  const absl::Status status = MakeClient().Wait("operations/a/1", {}).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_GT(pacer_.now - begin, absl::Minutes(4.9));
  EXPECT_LT(pacer_.now - begin, absl::Minutes(5.1));
}

TEST_F(ClientTest, Wait_EndsAtItsDeadline) {
  transport_.Answer(200, Token("one"));
  for (int i = 0; i < 1000; ++i) transport_.Answer(200, kRunning);
  WaitOptions options;
  options.deadline = pacer_.now + absl::Seconds(20);
  EXPECT_TRUE(absl::IsDeadlineExceeded(MakeClient().Wait("operations/a/1", options).status()));
  EXPECT_LE(pacer_.now, options.deadline);
  // Also while the server is unreachable.
  transport_.answers.clear();
  transport_.Answer(200, Token("one"));
  options.deadline = pacer_.now + absl::Seconds(20);
  EXPECT_TRUE(absl::IsDeadlineExceeded(MakeClient().Wait("operations/a/1", options).status()));
}

TEST_F(ClientTest, Wait_RefusedLook_IsAnErrorAtOnce) {
  transport_.Answer(200, Token("one"));
  transport_.Answer(404);
  EXPECT_TRUE(absl::IsNotFound(MakeClient().Wait("operations/a/1", {}).status()));
  EXPECT_THAT(pacer_.slept, IsEmpty());
}

TEST(CredentialsTest, DefaultEndpoint_FollowsTheTokenUri) {
  Credentials credentials = TestCredentials();
  EXPECT_EQ(credentials.DefaultEndpoint(), "http://server:8080");
  for (const char* google :
       {"https://oauth2.googleapis.com/token", "https://accounts.google.com/o/oauth2/token"}) {
    credentials.token_uri = google;
    EXPECT_EQ(credentials.DefaultEndpoint(), kGoogleEndpoint);
  }
  credentials.token_uri = "https://zt.example.com/token";
  EXPECT_EQ(credentials.DefaultEndpoint(), "https://zt.example.com");
  credentials.token_uri = "https://evilgoogleapis.com/token";
  EXPECT_EQ(credentials.DefaultEndpoint(), "https://evilgoogleapis.com");
}

TEST(CredentialsTest, WrongFiles_AreNamed_WithoutTheirContent) {
  const test::TempDir dir;
  const std::string path = dir / "key.json";
  EXPECT_THAT(std::string(MessageOf(ReadCredentials(path).status())), HasSubstr(path));
  std::ofstream(path) << R"({"type":"service_account","private_key":"SECRET"})";
  const std::string message(MessageOf(ReadCredentials(path).status()));
  EXPECT_THAT(message, HasSubstr(path));
  EXPECT_THAT(message, testing::Not(HasSubstr("SECRET")));
  std::ofstream(path) << crypto::WriteKeyFile({.private_key_id = "k",
                                               .private_key = TestCredentials().key.ToPem(),
                                               .client_email = "robot@example.com",
                                               .token_uri = "nowhere"});
  EXPECT_THAT(std::string(MessageOf(ReadCredentials(path).status())), HasSubstr("token_uri"));
}

}  // namespace
}  // namespace zerotouch::client
