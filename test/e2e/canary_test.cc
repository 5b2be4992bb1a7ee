// SPDX-License-Identifier: Apache-2.0
// Plants credentials wherever a client can put one, and looks for them in the log of calls,
// in what its watchers get, and in the server's log.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "google/android/device/provisioning/v1/devices.pb.h"
#include "support/http2_client.h"
#include "support/json_reader.h"
#include "support/server_process.h"
#include "support/socket_client.h"
#include "support/temp_dir.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;

constexpr char kFaultPath[] = "/sandbox/v1/faults";

class CanaryTest : public testing::Test {
 protected:
  CanaryTest()
      : server_({"sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir_ / "data", "--log-level",
                 "debug", "--access-log", "all"},
                dir_ / "server.log"),
        sandbox_(ParseSandbox(server_.ready_line())) {
    const std::string& url = sandbox_.endpoint;
    port_ = static_cast<uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }

  // Returns a text that nothing else has, and remembers it.
  std::string Canary() {
    canaries_.push_back(fmt::format("CANARY{:03}canary", canaries_.size()));
    return canaries_.back();
  }

  // Sends a request with these lines in its head.
  void Send(const std::string& method, const std::string& target,
            const std::vector<std::string>& lines, const std::string& body = "") {
    SocketClient client(port_);
    std::string head =
        fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", method, target);
    for (const std::string& line : lines) head += line + "\r\n";
    client.Send(fmt::format("{}Content-Length: {}\r\n\r\n{}", head, body.size(), body));
    EXPECT_THAT(client.ReceiveAll(), HasSubstr("HTTP/1.1 "));
    ++sent_;
  }
  void SendJson(const std::string& target, const std::string& body) {
    Send("POST", target, {Authorization(), "Content-Type: application/json"}, body);
  }

  std::string Authorization() {
    return "Authorization: Bearer " +
           ApiCaller(sandbox_.endpoint, sandbox_.first.credentials).token();
  }
  std::string Vendors() const { return "/v1/partners/" + sandbox_.first.partner + "/vendors"; }
  void AddRule(const std::string& rule) {
    EXPECT_EQ(CallUrl("POST", sandbox_.endpoint + kFaultPath, rule, "").status, 200);
  }

  void PlantInHeaders();
  void PlantInParameters();
  void PlantInBodies();
  void PlantInTokenRequests();
  void PlantInAnswers();
  void PlantInBatches();
  void PlantInGrpc();

  TempDir dir_;
  ServerProcess server_;
  const Sandbox sandbox_;
  uint16_t port_ = 0;
  std::vector<std::string> canaries_;
  size_t sent_ = 0;  // calls that the log must have
};

void CanaryTest::PlantInHeaders() {
  for (const char* name : {"Authorization: Bearer ", "Authorization: Basic ",
                           "authorization: ", "Proxy-Authorization: Basic ",
                           "Cookie: session=", "X-Goog-Api-Key: ", "X-Api-Key: ", "X-Auth-Token: ",
                           "X-CSRF-Token: ", "X-Amz-Security-Token: ", "X-Client-Secret: ",
                           "X-Forwarded-Authorization: ", "X-Goog-Signature: ", "X-Other: Bearer ",
                           "X-Other: bearer ", "Referer: http://localhost/?access_token="}) {
    Send("GET", Vendors(), {name + Canary()});
  }
}

void CanaryTest::PlantInParameters() {
  for (const char* name : {"access_token", "key", "oauth_token", "bearer_token", "token", "sig",
                           "assertion", "client_secret", "api_key", "password", "$access_token",
                           "X-Goog-Signature", "acc%65ss_token", "%61ccess%5Ftoken"}) {
    Send("GET", fmt::format("{}?{}={}&pageSize=1", Vendors(), name, Canary()), {});
  }
  // The query as a form, and a path that the API does not have.
  Send("POST", Vendors(),
       {"X-HTTP-Method-Override: GET", "Content-Type: application/x-www-form-urlencoded"},
       "access_token=" + Canary() + "&pageSize=1");
  Send("GET", "/nowhere?access_token=" + Canary(), {});
}

void CanaryTest::PlantInBodies() {
  const std::string claim = sandbox_.first.Devices() + ":claim";
  SendJson(claim, fmt::format(R"({{"preProvisioningToken":"{}"}})", Canary()));
  SendJson(claim, fmt::format(R"({{"preProvisioningToken" : "{}"}})", Canary()));
  SendJson(claim, fmt::format(R"({{"a":{{"client_secret":"{}"}}}})", Canary()));
  SendJson(claim, fmt::format(R"({{"access\u005ftoken":"{}"}})", Canary()));
  SendJson(claim, fmt::format("{{\"private_key\":\"-----BEGIN PRIVATE KEY-----\\n{}\\n", Canary()));
  SendJson(claim, fmt::format("\"password\": {}", Canary()));
  SendJson(claim, "Authorization: Bearer " + Canary());
  SendJson(claim, fmt::format(R"({{"deviceMetadata":{{"entries":{{"apiKey":"{}"}}}}}})", Canary()));
  SendJson(fmt::format("/v1/customers/{}/configurations", sandbox_.first.customer),
           fmt::format(R"({{"dpcExtras":"{{\"android.app.extra.PROVISIONING_WIFI_PASSWORD\":)"
                       R"(\"{}\"}}"}})",
                       Canary()));
  // The log keeps the beginning of a body: it ends within the credential.
  SendJson(claim,
           fmt::format(R"({{"x":"{}","access_token":"{}"}})", std::string(65'510, 'x'), Canary()));
}

void CanaryTest::PlantInTokenRequests() {
  const std::string form = "Content-Type: application/x-www-form-urlencoded";
  const std::string json = "Content-Type: application/json";
  const std::string grant =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
  Send("POST", "/token", {form}, grant + "eyJ" + Canary() + ".eyJ" + Canary() + "." + Canary());
  Send("POST", "/token", {form}, grant + Canary());
  Send("POST", "/token", {form}, "client_secret=" + Canary() + "&refresh_token=" + Canary());
  Send("POST", "/token", {form, "Authorization: Basic " + Canary()}, grant);
  Send("POST", "/token?assertion=" + Canary(), {form}, "");
  Send("POST", "/token", {json}, fmt::format(R"({{"assertion":"{}"}})", Canary()));
  Send("POST", "/token", {json}, fmt::format(R"({{"assertion":"{}","refresh_token":)", Canary()));
  // A real one, whose answer has an access token.
  crypto::JwtClaims claims = ClaimsOf(sandbox_.first.credentials, sandbox_.endpoint);
  claims.audience = sandbox_.endpoint + "/token";
  claims.scope = kResellerScope;
  const std::string assertion = SignToken(sandbox_.first.credentials, claims);
  canaries_.push_back(assertion);
  canaries_.push_back(assertion.substr(assertion.rfind('.') + 1));
  const Answer granted = PostForm(sandbox_.endpoint + "/token", grant + assertion);
  ++sent_;
  EXPECT_EQ(granted.status, 200);
  canaries_.push_back(Json(granted.body)["/access_token"]);
  EXPECT_GT(canaries_.back().size(), 20u);
  Send("GET", Vendors(), {"Authorization: Bearer " + canaries_.back()});
}

void CanaryTest::PlantInAnswers() {
  AddRule(fmt::format(R"({{"method":"partners.vendors.list","times":1,"raw":{{"httpStatus":502,
                          "contentType":"text/html","body":"<a href='/?access_token={}'>"}}}})",
                      Canary()));
  AddRule(fmt::format(R"({{"method":"partners.vendors.list","times":1,"raw":{{"httpStatus":200,
                          "body":"{{\"access_token\":\"{}\"}}"}}}})",
                      Canary()));
  AddRule(fmt::format(R"({{"method":"partners.vendors.list","times":1,"error":{{
                          "status":"UNAUTHENTICATED","message":"Bearer {}"}}}})",
                      Canary()));
  AddRule(fmt::format(R"({{"method":"token","times":1,"raw":{{"httpStatus":200,
                          "body":"{{\"access_token\":\"{}\",\"id_token\":\"{}\"}}"}}}})",
                      Canary(), Canary()));
  for (int i = 0; i < 3; ++i) Send("GET", Vendors(), {Authorization()});
  Send("POST", "/token", {"Content-Type: application/x-www-form-urlencoded"}, "assertion=x");
}

void CanaryTest::PlantInBatches() {
  const std::string part = "--b\r\nContent-Type: application/http\r\n";
  Send("POST", "/batch",
       {"Authorization: Bearer " + Canary(), "Content-Type: multipart/mixed; boundary=b"},
       fmt::format("{}Cookie: {}\r\n\r\nGET {}?access_token={} HTTP/1.1\r\nAuthorization: Bearer "
                   "{}\r\n\r\n{}\r\nPOST {}:claim HTTP/1.1\r\nX-Api-Key: {}\r\n"
                   "Content-Type: application/json\r\n\r\n{{\"preProvisioningToken\":\"{}\"}}\r\n"
                   "--b--",
                   part, Canary(), Vendors(), Canary(), Canary(), part, sandbox_.first.Devices(),
                   Canary(), Canary()));
  sent_ += 2;
}

void CanaryTest::PlantInGrpc() {
  google::android::device::provisioning::v1::ClaimDeviceRequest request;
  request.set_partner_id(std::stoll(sandbox_.first.partner));
  request.set_pre_provisioning_token(Canary());
  const std::string message = request.SerializeAsString();
  std::string frame(5, '\0');
  frame[4] = static_cast<char>(message.size());
  const std::string token = ApiCaller(sandbox_.endpoint, sandbox_.first.credentials).token();
  canaries_.push_back(token);
  for (const std::string& bearer : {token, Canary()}) {
    Http2Client client(port_);
    const auto answer = client.Await(
        client.Ask("POST", "/google.android.device.provisioning.v1.PartnerService/ClaimDevice",
                   {{"content-type", "application/grpc"},
                    {"te", "trailers"},
                    {"authorization", "Bearer " + bearer},
                    {"x-goog-api-key", Canary()},
                    {"x-session-token-bin", Canary()},
                    {"cookie", "a=" + Canary()}},
                   frame + message));
    EXPECT_EQ(answer.status, 200);
    ++sent_;
  }
}

TEST_F(CanaryTest, NoCredential_IsInTheLogs) {
  SocketClient watcher(port_);
  watcher.Send("GET /sandbox/v1/calls:watch HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::string watched = watcher.Receive();
  PlantInHeaders();
  PlantInParameters();
  PlantInBodies();
  PlantInTokenRequests();
  PlantInAnswers();
  PlantInBatches();
  PlantInGrpc();
  const std::string calls =
      CallUrl("GET", sandbox_.endpoint + "/sandbox/v1/calls?pageSize=1000", "", "").body;
  EXPECT_GE(Json(calls).Size("/calls"), sent_);
  EXPECT_EQ(server_.Terminate(), 0);
  watched += watcher.ReceiveAll();
  const std::string log = ReadFile(dir_ / "server.log");
  EXPECT_THAT(log, HasSubstr("\"level\":\"info\""));
  EXPECT_THAT(watched, HasSubstr("event: call"));
  for (const std::string& canary : canaries_) {
    EXPECT_EQ(calls.find(canary), std::string::npos) << canary << " is in the log of calls";
    EXPECT_EQ(watched.find(canary), std::string::npos) << canary << " is sent to watchers";
    EXPECT_EQ(log.find(canary), std::string::npos) << canary << " is in the server's log";
  }
}

}  // namespace
}  // namespace zerotouch::test
