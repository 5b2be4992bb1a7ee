// SPDX-License-Identifier: Apache-2.0
// Webhooks of zerotouchd serve: https only, no address that is not of the Internet unless it
// is allowed, and nothing lost when the server is killed.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "e2e/sandbox_test_base.h"
#include "http/tls.h"
#include "support/certificate.h"
#include "support/wait.h"
#include "support/webhook_receiver.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class WebhooksServeTest : public testing::Test {
 protected:
  WebhooksServeTest() {
    // A sandbox makes the companies and keys.
    const ServerProcess sandbox(
        {"sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir_ / "data"});
    sandbox_ = ParseSandbox(sandbox.ready_line());
    std::ofstream(dir_ / "ca.pem") << authority_.pem();
  }

  void Serve(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"serve", "--listen", "127.0.0.1:0", "--database",
                                          "sqlite://" + (dir_ / "data/registry.db")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    server_ = std::make_unique<ServerProcess>(arguments, dir_ / "log");
    endpoint_ = Json(server_->ready_line())["/endpoint"];
    caller_ = std::make_unique<ApiCaller>(endpoint_, sandbox_.first.credentials);
  }
  std::vector<std::string> Allowing() const {
    return {"--webhook-ca", dir_ / "ca.pem",   "--webhook-allow",
            "10.0.0.0/8",   "--webhook-allow", "127.0.0.0/8"};
  }

  std::shared_ptr<const http::TlsContext> ReceiverTls() const {
    const Certificate own("receiver", {.issuer = &authority_});
    return *http::TlsContext::Create({"cert", own.pem()}, {"key", own.key_pem()});
  }

  std::string Webhooks() const {
    return "/openzerotouch/v1/partners/" + sandbox_.first.partner + "/webhooks";
  }
  Answer Make(const std::string& url) {
    return caller_->Post(Webhooks(),
                         fmt::format(R"({{"url":"{}","events":["device.claimed"]}})", url));
  }
  // Makes a webhook, sends a ping, and returns the error of the attempt.
  std::string ErrorOf(const std::string& url) {
    const Answer made = Make(url);
    if (made.status != 200) return made.body;
    const std::string name = Json(made.body)["/name"];
    caller_->Post("/openzerotouch/v1/" + name + ":test", "{}");
    std::string list;
    EXPECT_TRUE(WaitUntil([&] {
      list = caller_->Get("/openzerotouch/v1/" + name + "/deliveries").body;
      return Json(list).Has("/deliveries/0/attempts/0");
    })) << list;
    caller_->Delete("/openzerotouch/v1/" + name);
    return Json(list)["/deliveries/0/attempts/0/error"];
  }
  Answer Claim(const std::string& imei) {
    return caller_->Post(sandbox_.first.Devices() + ":claim",
                         fmt::format(R"({{{},{},"customerId":"{}"}})", Imei(imei), kZeroTouch,
                                     sandbox_.first.customer));
  }

  const TempDir dir_;
  const Certificate authority_{"authority"};
  Sandbox sandbox_;
  std::unique_ptr<ServerProcess> server_;
  std::string endpoint_;
  std::unique_ptr<ApiCaller> caller_;
};

TEST_F(WebhooksServeTest, UrlsThatAreNotOfTheInternet_AreRefused) {
  Serve();
  for (const char* url : {"http://example.com/",
                          "https://127.0.0.1/",
                          "https://127.1/",
                          "https://0x7f.0.0.1/",
                          "https://2130706433/",
                          "https://017700000001/",
                          "https://0.0.0.0/",
                          "https://[::1]/",
                          "https://[::]/",
                          "https://[::ffff:127.0.0.1]/",
                          "https://[::ffff:7f00:1]/",
                          "https://[::ffff:10.1.2.3]/",
                          "https://10.0.0.1/",
                          "https://172.16.0.1/",
                          "https://172.31.255.255/",
                          "https://192.168.1.1/",
                          "https://169.254.169.254/latest/",
                          "https://169.254.1.1:8443/",
                          "https://100.64.0.1/",
                          "https://192.0.0.1/",
                          "https://192.0.2.1/",
                          "https://198.18.0.1/",
                          "https://198.51.100.1/",
                          "https://203.0.113.1/",
                          "https://224.0.0.1/",
                          "https://240.0.0.1/",
                          "https://255.255.255.255/",
                          "https://[fe80::1]/",
                          "https://[fc00::1]/",
                          "https://[fd12:3456::1]/",
                          "https://[fec0::1]/",
                          "https://[ff02::1]/",
                          "https://[2001:db8::1]/",
                          "https://[2002:7f00:1::]/",
                          "https://[2001::1]/",
                          "https://[64:ff9b::7f00:1]/",
                          "https://[64:ff9b::a00:1]/",
                          "https://[64:ff9b:1::1]/",
                          "https://[::127.0.0.1]/",
                          "https://user:pass@example.com/",
                          "https://example.com/#a",
                          "file:///etc/passwd",
                          "gopher://example.com/",
                          "//example.com/",
                          "example.com",
                          "https://",
                          "https:///path",
                          "https://exa mple.com/",
                          "javascript:alert(1)"}) {
    const Answer answer = Make(url);
    ExpectCustomError(answer, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
    EXPECT_THAT(answer.body, HasSubstr("webhook.url")) << url;
  }
}

TEST_F(WebhooksServeTest, NamesThatLeadToSuchAddresses_AreNotConnectedTo) {
  WebhookReceiver receiver(ReceiverTls());
  Serve({"--webhook-ca", dir_ / "ca.pem"});
  EXPECT_THAT(ErrorOf(fmt::format("https://localhost:{}/", receiver.port())),
              HasSubstr("outside the Internet"));
  EXPECT_TRUE(receiver.received().empty());
}

TEST_F(WebhooksServeTest, AllowedAddresses_AreConnectedToByTlsOnly) {
  WebhookReceiver receiver(ReceiverTls());
  Serve(Allowing());
  EXPECT_EQ(ErrorOf(receiver.url()), "");
  EXPECT_EQ(ErrorOf(fmt::format("https://localhost:{}/", receiver.port())), "");
  EXPECT_EQ(receiver.received().size(), 2U);
  EXPECT_EQ(Make("http://127.0.0.1/").status, 400);
  // Another port of this machine, whose certificate no known authority issued.
  const Certificate strange("strange");
  WebhookReceiver impostor(
      *http::TlsContext::Create({"c", strange.pem()}, {"k", strange.key_pem()}));
  EXPECT_THAT(ErrorOf(impostor.url()), HasSubstr("certificate"));
  EXPECT_TRUE(impostor.received().empty());
}

TEST_F(WebhooksServeTest, ServerThatIsKilled_LosesNoEvent_AndKeepsTheirOrder) {
  auto receiver = std::make_unique<WebhookReceiver>(ReceiverTls());
  const int port = receiver->port();
  Serve(Allowing());
  const Json hook(Make(receiver->url()).body);
  receiver = nullptr;
  for (const char* imei : {"350000000041000", "350000000041018", "350000000041026"}) {
    ASSERT_EQ(Claim(imei).status, 200);
  }
  server_->Kill();
  receiver = std::make_unique<WebhookReceiver>(ReceiverTls(), port);
  Serve(Allowing());
  const std::vector<Received> all = receiver->Await(3);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_THAT(all[0].body, HasSubstr("350000000041000"));
  EXPECT_THAT(all[1].body, HasSubstr("350000000041018"));
  EXPECT_THAT(all[2].body, HasSubstr("350000000041026"));
  for (const Received& each : all) EXPECT_TRUE(each.IsSignedBy(hook["/secret"]));
  EXPECT_EQ(server_->Terminate(), 0);
  EXPECT_THAT(ReadFile(dir_ / "log"), Not(HasSubstr("whsec_")));
}

}  // namespace
}  // namespace zerotouch::test
