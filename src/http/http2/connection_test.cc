// SPDX-License-Identifier: Apache-2.0
// HTTP/2 over loopback, with libnghttp2 as the client.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "support/http2_test_base.h"

namespace zerotouch::http {
namespace {

using test::Http2Client;

using Http2Test = Http2TestBase;

TEST_F(Http2Test, Get_IsAnswered) {
  Http2Client& client = Connect();
  const auto answer = client.Get("/a?b=c");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "GET /a?b=c ");
  EXPECT_EQ(answer.Field("content-length"), "11");
  EXPECT_EQ(answer.Field("x-request-id").size(), 16u);
  EXPECT_NE(answer.Field("date"), "");
}

TEST_F(Http2Test, RequestIds_TakeNoRoomInTheTableOfRepeatedFields) {
  Http2Client& client = Connect();
  client.Get("/");
  const size_t after_one = client.TableBytes();
  EXPECT_GT(after_one, 0u);
  for (int i = 0; i < 20; ++i) client.Get("/");
  // The date may have changed meanwhile.
  EXPECT_LT(client.TableBytes(), after_one + 10 * 60);
}

TEST_F(Http2Test, Fields_ReachTheHandler) {
  handler_.handle = [](Request request) {
    EXPECT_EQ(request.protocol, Protocol::kHttp2);
    return TextResponse(200, std::string(request.headers.Get("Authorization")) + "|" +
                                 std::string(request.headers.Get("Host")));
  };
  Http2Client& client = Connect();
  EXPECT_EQ(client.Await(client.Ask("GET", "/", {{"authorization", "Bearer x"}})).body,
            "Bearer x|localhost");
}

TEST_F(Http2Test, TwoAuthorizations_AreRefused) {
  Http2Client& client = Connect();
  const auto answer = client.Await(
      client.Ask("GET", "/", {{"authorization", "Bearer a"}, {"authorization", "Bearer b"}}));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(client.Get("/").status, 200);
}

TEST_F(Http2Test, Preface_OneByteAtATime_IsTheSame) {
  Start();
  test::SocketClient client(server_->port());
  const std::string request = std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") +
                              std::string("\0\0\0\4\0\0\0\0\0", 9) +
                              std::string("\0\0\6\1\5\0\0\0\1", 9) + "\x82\x86\x84\x41\x01x";
  for (const char byte : request) ASSERT_TRUE(client.Send(std::string(1, byte)));
  std::string got;
  while (got.find("GET / ") == std::string::npos) {
    const std::string piece = client.Receive();
    ASSERT_FALSE(piece.empty());
    got += piece;
  }
}

TEST_F(Http2Test, ManyAtOnce_AreAllAnswered) {
  Http2Client& client = Connect();
  std::vector<int32_t> streams;
  for (int i = 0; i < 90; ++i) {
    streams.push_back(client.Ask("POST", "/" + std::to_string(i), {}, "body"));
  }
  for (int i = 0; i < 90; ++i) {
    EXPECT_EQ(client.Await(streams[i]).body, "POST /" + std::to_string(i) + " body");
  }
}

TEST_F(Http2Test, LargeBodies_BothWays_AreWhole) {
  std::string body(size_t{20} << 20, 'x');
  for (size_t i = 0; i < body.size(); i += 1000) body[i] = static_cast<char>('a' + i % 26);
  handler_.handle = [](Request request) {
    Response response;
    response.stream = std::make_unique<Pieces>(std::vector<std::string>{
        request.body.substr(0, 5'000'000), "", request.body.substr(5'000'000)});
    return response;
  };
  Http2Client& client = Connect();
  const auto answer = client.Await(client.Ask("POST", "/", {}, body));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body == body);
  EXPECT_EQ(answer.reset, 0u);
}

TEST_F(Http2Test, Trailers_FollowTheBody) {
  handler_.handle = [](Request) {
    Response response = TextResponse(200, "body");
    response.trailers.Add("x-end", "1");
    return response;
  };
  Http2Client& client = Connect();
  const auto answer = client.Get("/");
  EXPECT_EQ(answer.body, "body");
  EXPECT_EQ(answer.Trailer("x-end"), "1");
}

TEST_F(Http2Test, Head_HasNoBody) {
  Http2Client& client = Connect();
  const auto answer = client.Await(client.Ask("HEAD", "/h"));
  EXPECT_EQ(answer.Field("content-length"), "8");
  EXPECT_EQ(answer.body, "");
}

TEST_F(Http2Test, ExpectContinue_IsToldToGoOn) {
  Http2Client& client = Connect();
  const int32_t stream = client.Ask("POST", "/", {{"expect", "100-continue"}}, "", false);
  EXPECT_TRUE(client.Until([&] { return client.answer(stream).continued; }));
  client.Append(stream, "body", true);
  EXPECT_EQ(client.Await(stream).body, "POST / body");
}

TEST_F(Http2Test, GzipBody_IsInflated) {
  const std::string text(300'000, 'z');
  Http2Client& client = Connect();
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {{"content-encoding", "gzip"}}, Gzip(text))).body,
            "POST / " + text);
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {{"content-encoding", "gzip"}}, "no")).status,
            400);
}

TEST_F(Http2Test, BodyOverTheLimit_IsTooLarge) {
  options_.body_bytes = 200'000;
  Http2Client& client = Connect();
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {}, std::string(200'000, 'x'))).status, 200);
  const auto over = client.Await(client.Ask("POST", "/", {}, std::string(300'000, 'x')));
  EXPECT_EQ(over.status, 413);
  EXPECT_EQ(
      client.Await(client.Ask("POST", "/", {{"content-length", "200001"}}, "x", false)).status,
      413);
  EXPECT_EQ(client.Get("/still-well").status, 200);
}

TEST_F(Http2Test, HeaderAndUrlOverTheLimit_AreRefused) {
  options_.header_bytes = 2'000;
  options_.url_bytes = 500;
  Http2Client& client = Connect();
  EXPECT_EQ(client.Get("/" + std::string(500, 'x')).status, 414);
  EXPECT_EQ(client.Await(client.Ask("GET", "/", {{"a", std::string(3'000, 'x')}})).status, 431);
  // Reset before its end arrives.
  const auto hopeless = client.Await(client.Ask("GET", "/", {{"a", std::string(12'000, 'x')}}));
  EXPECT_EQ(hopeless.status, 0);
  EXPECT_NE(hopeless.reset, 0u);
  EXPECT_EQ(client.Get("/still-well").status, 200);
}

TEST_F(Http2Test, HandlersBodyLimit_AppliesBesideTheServers) {
  handler_.refuse = [](Request& header) -> std::optional<Response> {
    header.body_limit = 200'000;
    return std::nullopt;
  };
  Http2Client& client = Connect();
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {}, std::string(200'000, 'x'))).status, 200);
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {}, std::string(300'000, 'x'), false)).status,
            413);
}

TEST_F(Http2Test, RefuseEarlysContext_ReachesHandle) {
  struct Mark final : RequestContext {};
  const auto mark = std::make_shared<Mark>();
  handler_.refuse = [&](Request& header) -> std::optional<Response> {
    header.context = mark;
    return std::nullopt;
  };
  handler_.handle = [&](Request request) {
    return TextResponse(request.context == mark ? 200 : 500, "");
  };
  Http2Client& client = Connect();
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {}, std::string(200'000, 'x'))).status, 200);
  EXPECT_EQ(Ask(test::Post(std::string(3'000, 'x'))).status, 200);
}

TEST_F(Http2Test, HeaderLimit_IsExact) {
  options_.header_bytes = 2'000;
  Http2Client& client = Connect();
  // RFC 9113 section 6.5.2: each field counts 32 bytes beside its text.
  const size_t others = std::string(":methodGET:schemehttp:authoritylocalhost:path/a").size() + 160;
  EXPECT_EQ(client.Await(client.Ask("GET", "/", {{"a", std::string(2'000 - others, 'x')}})).status,
            200);
  EXPECT_EQ(client.Await(client.Ask("GET", "/", {{"a", std::string(2'001 - others, 'x')}})).status,
            431);
}

TEST_F(Http2Test, TrailersOverTheLimit_AreRefused) {
  options_.header_bytes = 2'000;
  Http2Client& client = Connect();
  const auto ask = [&](size_t bytes) {
    const int32_t stream = client.Ask("POST", "/", {}, "body", /*ends=*/false);
    client.SendTrailers(stream, {{"a", std::string(bytes, 'x')}});
    return client.Await(stream);
  };
  EXPECT_EQ(ask(1'967).body, "POST / body");  // and 33 for the name and the field
  EXPECT_EQ(ask(1'968).status, 431);
  EXPECT_NE(ask(20'000).reset, 0u);
  EXPECT_EQ(client.Get("/still-well").status, 200);
}

TEST_F(Http2Test, EarlyRefusal_StopsTheBody) {
  std::atomic<int> handled = 0;
  handler_.handle = [&](Request) {
    ++handled;
    return Response();
  };
  handler_.refuse = [](const Request&) { return Unauthorized(); };
  Http2Client& client = Connect();
  const auto answer = client.Await(client.Ask("POST", "/", {}, std::string(10'000'000, 'x')));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.reset, 0u);  // NO_ERROR: RFC 9113 section 8.1
  EXPECT_EQ(handled, 0);
}

TEST_F(Http2Test, EarlyRefusal_OfAShortBody_IsAnsweredAfterIt) {
  handler_.refuse = [](const Request&) { return Unauthorized(); };
  Http2Client& client = Connect();
  const int32_t stream = client.Ask("POST", "/", {{"content-length", "4"}}, "bo", false);
  EXPECT_EQ(client.Get("/").status, 200);
  EXPECT_EQ(client.answer(stream).status, 0);
  client.Append(stream, "dy", true);
  EXPECT_EQ(client.Await(stream).status, 401);
}

TEST_F(Http2Test, ErrorInAStream_ResetsItAlone) {
  handler_.handle = [](Request request) {
    if (request.target == "/well") return ScriptedHandler::Echo(request);
    Response response;
    response.stream =
        std::make_unique<Pieces>(std::vector<std::string>{"one,"}, absl::UnavailableError("gone"));
    return response;
  };
  Http2Client& client = Connect();
  const auto answer = client.Get("/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.reset, uint32_t{NGHTTP2_INTERNAL_ERROR});
  EXPECT_EQ(client.Get("/well").status, 200);
}

TEST_F(Http2Test, TooManyInFlight_AreToldToComeAgain) {
  options_.admission.requests = 1;
  Gate entered;
  Gate leave;
  handler_.handle = [&](Request request) {
    entered.Open();
    leave.Wait();
    return ScriptedHandler::Echo(request);
  };
  Http2Client& client = Connect();
  const int32_t slow = client.Ask("GET", "/slow");
  entered.Wait();
  const auto refused = client.Get("/a");
  EXPECT_EQ(refused.status, 429);
  leave.Open();
  EXPECT_EQ(client.Await(slow).status, 200);
}

TEST_F(Http2Test, BodiesInFlight_CountWhatTheyHold) {
  options_.admission.bytes = 300'000;
  Http2Client& client = Connect();
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {}, std::string(140'000, 'x'))).status, 200);
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {}, std::string(310'000, 'x'))).status, 429);
  const auto bomb = client.Await(
      client.Ask("POST", "/", {{"content-encoding", "gzip"}}, Gzip(std::string(310'000, 'x'))));
  EXPECT_EQ(bomb.status, 429);
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {}, std::string(140'000, 'x'))).status, 200);
}

}  // namespace
}  // namespace zerotouch::http
