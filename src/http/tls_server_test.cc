// SPDX-License-Identifier: Apache-2.0
// The server under TLS: negotiation, handshake and shutdown. The protocols inside are
// tested in clear text.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "http/tls.h"
#include "support/certificate.h"
#include "support/http2_client.h"
#include "support/server_test_base.h"
#include "support/tls_client.h"

namespace zerotouch::http {
namespace {

using test::Certificate;
using test::Get;
using test::Http2Client;
using test::Post;
using test::Reader;
using test::ReceivedResponse;
using test::SocketClient;
using test::TlsClient;
using ::testing::HasSubstr;

constexpr size_t kLargeBytes = size_t{10} << 20;

std::shared_ptr<const TlsContext> ContextOf(const std::string& chain, const Certificate& own) {
  return TlsContext::Create({"cert.pem", chain}, {"key.pem", own.key_pem()}).value();
}

class TlsServerTest : public ServerTestBase {
 protected:
  TlsServerTest() { options_.tls = ContextOf(certificate_.pem(), certificate_); }

  std::unique_ptr<TlsClient> Connect(const TlsClient::Options& options = {}) {
    if (server_ == nullptr) Start();
    return std::make_unique<TlsClient>(server_->port(), options);
  }
  std::unique_ptr<Http2Client> ConnectHttp2(int version = 0) {
    auto client = Connect({.protocols = {"h2"}, .version = version});
    EXPECT_EQ(client->protocol(), "h2") << client->error();
    return std::make_unique<Http2Client>(std::move(client));
  }

  // Returns the beginning of a client's first message.
  static std::string HalfHello() { return std::string("\x16\x03\x01\x02\x00\x01\x00", 7); }

  const Certificate certificate_{"first"};
};

TEST_F(TlsServerTest, Http1_IsUsedWithAndWithoutAlpn) {
  struct Row {
    std::vector<std::string> offered;
    const char* chosen;
  };
  const Row rows[] = {{{}, ""},
                      {{"http/1.1"}, "http/1.1"},
                      {{"http/1.0"}, "http/1.0"},
                      {{"spdy/1", "http/1.1"}, "http/1.1"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.chosen);
    const auto client = Connect({.protocols = row.offered});
    ASSERT_TRUE(client->agreed()) << client->error();
    EXPECT_EQ(client->protocol(), row.chosen);
    Reader reader(*client);
    for (const char* path : {"/1", "/2"}) {
      client->Send(Get(path));
      EXPECT_EQ(reader.Next().body, std::string("GET ") + path + " ");
    }
    client->Send(Get("/3", "Connection: close\r\n"));
    EXPECT_EQ(reader.Next().body, "GET /3 ");
    EXPECT_TRUE(reader.AtEnd());
    EXPECT_TRUE(client->told_end());
  }
}

TEST_F(TlsServerTest, Http2_IsPreferred) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto client = Connect({.protocols = {"http/1.1", "h2"}, .version = version});
    ASSERT_EQ(client->protocol(), "h2") << client->error();
    Http2Client http2(std::move(client));
    EXPECT_EQ(http2.Get("/a").body, "GET /a ");
    EXPECT_EQ(http2.Get("/b").body, "GET /b ");
  }
}

TEST_F(TlsServerTest, Http2_AgreedOnButNotUsed_EndsTheConnection) {
  const auto client = Connect({.protocols = {"h2"}});
  client->Send(Get("/"));
  EXPECT_EQ(client->ReceiveAll().find("GET / "), std::string::npos);
  EXPECT_TRUE(client->told_end());
}

TEST_F(TlsServerTest, Http2_ByPriorKnowledge_WorksToo) {
  Http2Client client(Connect());
  EXPECT_EQ(client.Get("/a").body, "GET /a ");
}

TEST_F(TlsServerTest, Http2_CarriesTrailers) {
  handler_.handle = [](Request request) {
    Response response = ScriptedHandler::Echo(request);
    response.trailers.Add("grpc-status", "0");
    return response;
  };
  const auto client = ConnectHttp2();
  EXPECT_EQ(client->Get("/a").Trailer("grpc-status"), "0");
}

TEST_F(TlsServerTest, UnknownProtocols_AreRefusedByAnAlert) {
  const auto client = Connect({.protocols = {"spdy/1", "http/3"}});
  EXPECT_FALSE(client->agreed());
  EXPECT_THAT(client->error(), HasSubstr("no application protocol"));
}

TEST_F(TlsServerTest, OldVersionsAndCiphers_AreRefused) {
  EXPECT_FALSE(Connect({.version = TLS1_1_VERSION})->agreed());
  EXPECT_FALSE(Connect({.version = TLS1_2_VERSION, .ciphers = "AES128-GCM-SHA256"})->agreed());
  EXPECT_FALSE(
      Connect({.version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA256"})->agreed());
  EXPECT_TRUE(
      Connect({.version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256"})->agreed());
}

TEST_F(TlsServerTest, Renegotiation_IsRefused) {
  const auto client = Connect({.version = TLS1_2_VERSION});
  EXPECT_FALSE(client->Renegotiate());
  EXPECT_THAT(client->error(), HasSubstr("no renegotiation"));
}

TEST_F(TlsServerTest, ChainIsSent_OwnCertificateFirst) {
  const Certificate root("root");
  const Certificate between("between", {.issuer = &root});
  const Certificate own("own", {.issuer = &between});
  options_.tls = ContextOf(own.pem() + between.pem(), own);
  const auto client = Connect();
  EXPECT_EQ(client->server(), "own");
  EXPECT_EQ(client->chain_length(), 2);
}

TEST_F(TlsServerTest, ClearText_IsRefusedWithTheRemedy) {
  int handled = 0;
  handler_.handle = [&](Request request) {
    ++handled;
    return ScriptedHandler::Echo(request);
  };
  for (const std::string& request :
       {Get("/a"), Post("body"), Post(std::string(100'000, 'x'), "Expect: 100-continue\r\n")}) {
    const ReceivedResponse response = Ask(request);
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("https://"));
  }
  EXPECT_EQ(Ask("EHLO mail.example\r\n\r\n").status, 400);
  Http2Client http2(server_->port());
  const Http2Client::Answer answer = http2.Get("/a");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("https://"));
  EXPECT_EQ(handled, 0);
}

TEST_F(TlsServerTest, SlowHandshake_IsCut) {
  options_.handshake_timeout = absl::Milliseconds(50);
  Start();
  SocketClient silent(server_->port());
  EXPECT_EQ(silent.ReceiveAll(), "");
  SocketClient half(server_->port());
  half.Send(HalfHello());
  EXPECT_EQ(half.ReceiveAll(), "");
}

TEST_F(TlsServerTest, SlowClientsAfterTheHandshake_AreCut) {
  options_.idle_timeout = absl::Milliseconds(50);
  options_.read_timeout = absl::Milliseconds(50);
  for (const char* protocol : {"h2", "http/1.1"}) {
    EXPECT_EQ(Connect({.protocols = {protocol}})->ReceiveAll().find("HTTP/1.1"), std::string::npos);
  }
  const auto half = Connect();
  half->Send("GET / HTTP/1.1\r\nHos");
  EXPECT_EQ(half->ReceiveAll(), "");
}

TEST_F(TlsServerTest, SlowHandshake_DoesNotDelayOthers) {
  Start();
  SocketClient slow(server_->port());
  slow.Send(HalfHello());
  const auto client = Connect();
  client->Send(Get("/a"));
  EXPECT_EQ(Reader(*client).Next().body, "GET /a ");
}

TEST_F(TlsServerTest, ClientsThatLeaveInTheHandshake_FreeTheirSlot) {
  options_.connections = 1;
  Start();
  for (int i = 0; i < 20; ++i) {
    SocketClient half(server_->port());
    half.Send(HalfHello());
    i % 2 == 0 ? half.Reset() : half.Close();
    SocketClient wrong(server_->port());
    wrong.Send(std::string_view("\x16\x03\x01\x00\x04nope", 9));
    wrong.ReceiveAll();
  }
  const auto client = Connect();
  client->Send(Get("/a"));
  EXPECT_EQ(Reader(*client).Next().body, "GET /a ");
}

TEST_F(TlsServerTest, LargeBodies_GoBothWays) {
  handler_.handle = [](Request request) {
    Response response;
    if (request.target != "/stream") return ScriptedHandler::Echo(request);
    response.stream =
        std::make_unique<Pieces>(std::vector<std::string>(100, std::string(100'000, 'y')));
    return response;
  };
  const std::string body(kLargeBytes, 'x');
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto client = Connect({.version = version});
    Reader reader(*client);
    client->Send(Post(body));
    EXPECT_EQ(reader.Next().body, "POST /p " + body);
    client->Send(Get("/stream"));
    const ReceivedResponse streamed = reader.Next();
    EXPECT_TRUE(streamed.whole);
    EXPECT_EQ(streamed.body, std::string(10'000'000, 'y'));

    const auto http2 = ConnectHttp2(version);
    EXPECT_EQ(http2->Await(http2->Ask("POST", "/p", {}, body)).body, "POST /p " + body);
    EXPECT_EQ(http2->Get("/stream").body, std::string(10'000'000, 'y'));
  }
}

TEST_F(TlsServerTest, RefusedWhileStillSending_ClientReadsTheAnswer) {
  handler_.refuse = [](const Request&) { return Unauthorized(); };
  const auto client = Connect();
  client->Send(Post(std::string(kLargeBytes, 'x')));
  EXPECT_EQ(Reader(*client).Next().status, 401);
}

TEST_F(TlsServerTest, ClientThatEndsItsSide_StillGetsTheAnswer) {
  enum class End { kByWord, kWithoutWord };
  for (const End end : {End::kByWord, End::kWithoutWord}) {
    for (const char* protocol : {"h2", "http/1.1"}) {
      SCOPED_TRACE(protocol);
      auto entered = std::make_shared<Gate>();
      auto leave = std::make_shared<Gate>();
      handler_.handle = [entered, leave](Request request) {
        entered->Open();
        leave->Wait();
        return ScriptedHandler::Echo(request);
      };
      server_.reset();
      auto connected = Connect({.protocols = {protocol}});
      TlsClient& client = *connected;
      std::unique_ptr<Http2Client> http2;
      int32_t stream = 0;
      if (std::string(protocol) == "h2") {
        http2 = std::make_unique<Http2Client>(std::move(connected));
        stream = http2->Ask("GET", "/a");
      } else {
        client.Send(Get("/a"));
      }
      entered->Wait();
      end == End::kByWord ? client.FinishSending() : client.FinishSendingWithoutNotify();
      leave->Open();
      if (http2 != nullptr) {
        EXPECT_EQ(http2->Await(stream).body, "GET /a ");
      } else {
        EXPECT_EQ(Reader(client).Next().body, "GET /a ");
      }
      EXPECT_EQ(client.Receive(), "");
      EXPECT_TRUE(client.told_end());
    }
  }
}

TEST_F(TlsServerTest, Sessions_AreResumed) {
  const auto first = Connect();
  first->Send(Get("/"));
  EXPECT_EQ(Reader(*first).Next().status, 200);
  EXPECT_FALSE(first->resumed());
  const TlsClient::Session session = first->session();
  const auto second = Connect({.session = session.get()});
  EXPECT_TRUE(second->resumed());
  second->Send(Get("/"));
  EXPECT_EQ(Reader(*second).Next().status, 200);
}

TEST_F(TlsServerTest, NewCertificate_IsForNewConnections) {
  const auto before = Connect();
  EXPECT_EQ(before->server(), "first");
  const Certificate renewed("renewed");
  server_->UseTls(ContextOf(renewed.pem(), renewed));
  // The old connection stays open after the new certificate is in use.
  const auto after = Connect();
  EXPECT_EQ(after->server(), "renewed");
  for (TlsClient* client : {before.get(), after.get()}) {
    client->Send(Get("/a"));
    EXPECT_EQ(Reader(*client).Next().body, "GET /a ");
  }
}

TEST_F(TlsServerTest, ClientAuthorities_RefuseOtherClientsInTheHandshake) {
  const Certificate authority("authority");
  const Certificate other("other");
  const Certificate known("known", {.issuer = &authority});
  const Certificate stranger("stranger", {.issuer = &other});
  const Certificate expired("expired", {.issuer = &authority, .valid_until_days = 0});
  const PemFile authorities = {"ca.pem", authority.pem()};
  options_.tls = TlsContext::Create({"cert.pem", certificate_.pem()},
                                    {"key.pem", certificate_.key_pem()}, &authorities)
                     .value();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto client =
        Connect({.version = version, .certificate = known.pem(), .key = known.key_pem()});
    client->Send(Get("/"));
    EXPECT_EQ(Reader(*client).Next().status, 200) << version;
    // A session of a client with a certificate is resumed with it.
    const TlsClient::Session session = client->session();
    const auto again = Connect({.version = version, .session = session.get()});
    again->Send(Get("/"));
    EXPECT_EQ(Reader(*again).Next().status, 200) << version << again->error();
    EXPECT_TRUE(again->resumed()) << version;
    for (const Certificate* wrong :
         {static_cast<const Certificate*>(nullptr), &stranger, &expired}) {
      TlsClient::Options options = {.version = version};
      if (wrong != nullptr) {
        options.certificate = wrong->pem();
        options.key = wrong->key_pem();
      }
      const auto refused = Connect(options);
      // In TLS 1.3 the client learns of it when it reads.
      refused->Send(Get("/"));
      EXPECT_EQ(refused->Receive(), "") << version;
      EXPECT_THAT(refused->error(), HasSubstr("alert")) << version;
    }
  }
}

TEST_F(TlsServerTest, Drain_FinishesRequestsAndSendsCloseNotify) {
  Gate entered;
  Gate leave;
  handler_.handle = [&](Request request) {
    if (request.target == "/slow") {
      entered.Open();
      leave.Wait();
    }
    return ScriptedHandler::Echo(request);
  };
  const auto idle = Connect();
  idle->Send(Get("/a"));
  Reader idle_reader(*idle);
  EXPECT_EQ(idle_reader.Next().status, 200);
  auto idle_http2 = ConnectHttp2();
  EXPECT_EQ(idle_http2->Get("/a").status, 200);
  SocketClient half(server_->port());
  half.Send(HalfHello());
  const auto busy = Connect();
  busy->Send(Get("/slow"));
  entered.Wait();
  std::thread drain([&] { server_->Drain(absl::Seconds(20)); });
  EXPECT_TRUE(idle_reader.AtEnd());
  EXPECT_TRUE(idle->told_end());
  idle_http2->Until([] { return false; });
  EXPECT_EQ(idle_http2->goaway(), 0u);
  idle_http2.reset();
  EXPECT_EQ(half.ReceiveAll(), "");
  leave.Open();
  Reader reader(*busy);
  EXPECT_EQ(reader.Next().body, "GET /slow ");
  EXPECT_TRUE(reader.AtEnd());
  EXPECT_TRUE(busy->told_end());
  drain.join();
}

TEST_F(TlsServerTest, Drain_AfterTheTimeout_ClosesTheRest) {
  const auto half = Connect();
  half->Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
  const absl::Time begun = absl::Now();
  server_->Drain(absl::Milliseconds(20));
  EXPECT_EQ(half->ReceiveAll(), "");
  EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
}

}  // namespace
}  // namespace zerotouch::http
