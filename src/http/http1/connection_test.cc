// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 byte by byte over loopback.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "support/server_test_base.h"

namespace zerotouch::http {
namespace {

using test::Get;
using test::Post;
using test::Reader;
using test::ReceivedResponse;
using test::SocketClient;
using ::testing::HasSubstr;

using Http1Test = ServerTestBase;

TEST_F(Http1Test, KeepAlive_ServesOneAfterTheOther) {
  Start();
  SocketClient client(server_->port());
  Reader reader(client);
  for (int i = 0; i < 3; ++i) {
    client.Send(Post("body " + std::to_string(i)));
    const ReceivedResponse response = reader.Next();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "POST /p body " + std::to_string(i));
    EXPECT_TRUE(response.Field("X-Request-Id").has_value());
    EXPECT_TRUE(response.Field("Date").has_value());
  }
}

TEST_F(Http1Test, Pipelined_AreAnsweredInOrder) {
  Start();
  SocketClient client(server_->port());
  client.Send(Get("/1") + Post("two") + Get("/3"));
  Reader reader(client);
  EXPECT_EQ(reader.Next().body, "GET /1 ");
  EXPECT_EQ(reader.Next().body, "POST /p two");
  EXPECT_EQ(reader.Next().body, "GET /3 ");
}

TEST_F(Http1Test, ConnectionClose_IsObeyed) {
  Start();
  SocketClient client(server_->port());
  client.Send(Get("/", "Connection: close\r\n") + Get("/never"));
  Reader reader(client);
  const ReceivedResponse response = reader.Next();
  EXPECT_EQ(response.Field("Connection"), "close");
  EXPECT_TRUE(reader.AtEnd());
}

TEST_F(Http1Test, OneByteAtATime_IsTheSame) {
  Start();
  for (const std::string& request : {Post("some body"), std::string("PRI / HTTP/1.1\r\nHost: x\r\n"
                                                                    "\r\n")}) {
    SocketClient client(server_->port());
    for (const char byte : request) ASSERT_TRUE(client.Send(std::string(1, byte)));
    const ReceivedResponse response = Reader(client).Next();
    EXPECT_EQ(response.status, 200) << request;
  }
}

TEST_F(Http1Test, ChunkedBody_IsJoined) {
  EXPECT_EQ(Ask("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                "5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nTrailer: x\r\n\r\n")
                .body,
            "POST /p hello world");
}

TEST_F(Http1Test, LargeBody_ArrivesWhole) {
  std::string body(size_t{12} << 20, 'x');
  body.back() = 'y';
  handler_.handle = [](Request request) {
    return TextResponse(200, std::to_string(request.body.size()) + request.body.back());
  };
  EXPECT_EQ(Ask(Post(body)).body, std::to_string(body.size()) + "y");
}

TEST_F(Http1Test, ExpectContinue_IsToldToGoOn) {
  Start();
  SocketClient client(server_->port());
  Reader reader(client);
  client.Send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(reader.Next().status, 100);
  client.Send("body");
  EXPECT_EQ(reader.Next().body, "POST /p body");
}

TEST_F(Http1Test, ExpectContinue_RefusedEarly_IsNeverToldToGoOn) {
  handler_.refuse = [](const Request&) { return Unauthorized(); };
  EXPECT_EQ(Ask("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
                .status,
            401);
}

TEST_F(Http1Test, GzipBody_IsInflated) {
  const std::string text(300'000, 'z');
  EXPECT_EQ(Ask(Post(Gzip(text), "Content-Encoding: gzip\r\n")).body, "POST /p " + text);
  EXPECT_EQ(Ask(Post(Gzip(""), "Content-Encoding: GZIP\r\n")).body, "POST /p ");
}

TEST_F(Http1Test, BadGzip_IsABadRequest) {
  const std::string good = Gzip(std::string(300'000, 'z') + "end");
  std::string wrong_sum = good;
  wrong_sum[wrong_sum.size() - 6] ^= 1;
  std::string wrong_size = good;
  wrong_size.back() ^= 1;
  for (const std::string& body :
       {std::string("not gzip"), good.substr(0, good.size() / 2), good.substr(0, good.size() - 1),
        good + "more", wrong_sum, wrong_size, std::string("\x1f\x8b")}) {
    const ReceivedResponse response = Ask(Post(body, "Content-Encoding: gzip\r\n"));
    EXPECT_EQ(response.status, 400) << body.size();
    EXPECT_THAT(response.body, HasSubstr("not gzip"));
  }
}

TEST_F(Http1Test, GzipBomb_StopsAtTheLimit) {
  options_.body_bytes = 1'000'000;
  EXPECT_EQ(Ask(Post(Gzip(std::string(1'000'000, 'z')), "Content-Encoding: gzip\r\n")).status, 200);
  std::string bomb = Gzip(std::string(1'000'001, 'z'));
  EXPECT_EQ(Ask(Post(bomb, "Content-Encoding: gzip\r\n")).status, 413);
  // The declared size is not trusted.
  for (size_t i = bomb.size() - 4; i < bomb.size(); ++i) bomb[i] = '\0';
  EXPECT_EQ(Ask(Post(bomb, "Content-Encoding: gzip\r\n")).status, 413);
}

TEST_F(Http1Test, TwoAuthorizations_AreRefused) {
  const ReceivedResponse response =
      Ask(Post("body", "Authorization: Bearer a\r\nauthorization: Bearer b\r\n"));
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("more than one Authorization header"));
  EXPECT_EQ(Ask(Post("body", "Authorization: Bearer a\r\n")).status, 200);
}

TEST_F(Http1Test, OtherCoding_IsUnsupported) {
  const ReceivedResponse response = Ask(Post("body", "Content-Encoding: br\r\n"));
  EXPECT_EQ(response.status, 415);
  EXPECT_EQ(Ask(Post("body", "Content-Encoding: identity\r\n")).status, 200);
}

TEST_F(Http1Test, BodyOverTheLimit_IsTooLarge) {
  options_.body_bytes = 1'000;
  EXPECT_EQ(Ask(Post(std::string(1'000, 'x'))).status, 200);
  EXPECT_EQ(Ask(Post(std::string(1'001, 'x'))).status, 413);
  // Refused because of its declaration, without the body.
  EXPECT_EQ(Ask("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n").status, 413);
  const std::string chunk = "1f4\r\n" + std::string(500, 'x') + "\r\n";
  const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(Ask(head + chunk + chunk + "0\r\n\r\n").status, 200);
  const ReceivedResponse over = Ask(head + chunk + chunk + chunk);
  EXPECT_EQ(over.status, 413);
  EXPECT_EQ(over.Field("Connection"), "close");
}

TEST_F(Http1Test, HandlersBodyLimit_AppliesBesideTheServers) {
  handler_.refuse = [](Request& header) -> std::optional<Response> {
    header.body_limit = 1'000;
    return std::nullopt;
  };
  const std::string chunk = "1f4\r\n" + std::string(500, 'x') + "\r\n";
  const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(Ask(head + chunk + chunk + "0\r\n\r\n").status, 200);
  EXPECT_EQ(Ask(head + chunk + chunk + "1\r\nx\r\n").status, 413);
  EXPECT_EQ(Ask(Post(Gzip(std::string(1'001, 'z')), "Content-Encoding: gzip\r\n")).status, 413);
}

TEST_F(Http1Test, SmallBody_ThatCameWithTheHeader_IsNotRefusedEarly) {
  std::atomic<int> asked = 0;
  handler_.refuse = [&](Request&) -> std::optional<Response> {
    ++asked;
    return std::nullopt;
  };
  EXPECT_EQ(Ask(Post("body")).body, "POST /p body");
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(Ask(Post(std::string(3'000, 'x'))).status, 200);
  EXPECT_EQ(asked, 1);
  // Small now, but not when it is decoded.
  EXPECT_EQ(Ask(Post(Gzip("body"), "Content-Encoding: gzip\r\n")).body, "POST /p body");
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(Ask("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                "4\r\nbody\r\n0\r\n\r\n")
                .body,
            "POST /p body");
  EXPECT_EQ(asked, 3);
}

// Returns a request whose head has exactly `bytes` bytes.
std::string GetOfSize(size_t bytes, const std::string& target) {
  const size_t rest = Get(target, "A: \r\n").size();
  return Get(target, "A: " + std::string(bytes - rest, 'x') + "\r\n");
}

TEST_F(Http1Test, HeadOverTheLimit_IsTooLarge) {
  options_.header_bytes = 2'000;
  options_.url_bytes = 500;
  for (const std::string& target : {std::string("/"), "/" + std::string(499, 'x')}) {
    EXPECT_EQ(Ask(GetOfSize(2'000, target)).status, 200);
    EXPECT_EQ(Ask(GetOfSize(2'001, target)).status, 431);
    EXPECT_EQ(Ask(GetOfSize(2'500, target)).status, 431);
    EXPECT_EQ(Ask(GetOfSize(10'000, target)).status, 431);
  }
}

TEST_F(Http1Test, HeadAtTheDefaultLimit_IsExact) {
  EXPECT_EQ(Ask(GetOfSize(limits::kHeaderBytes, "/" + std::string(8'000, 'x'))).status, 200);
  EXPECT_EQ(Ask(GetOfSize(limits::kHeaderBytes + 1, "/" + std::string(8'000, 'x'))).status, 431);
}

TEST_F(Http1Test, TrailersOverTheLimit_AreTooLarge) {
  options_.header_bytes = 2'000;
  const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto with_trailer = [&](size_t bytes) {
    return head + "4\r\nbody\r\n0\r\nA: " + std::string(bytes, 'x') + "\r\n\r\n";
  };
  EXPECT_EQ(Ask(with_trailer(1'900)).body, "POST /p body");
  EXPECT_EQ(Ask(with_trailer(2'000)).status, 431);
  // Beast cannot hold a field of 64 KiB.
  for (const size_t bytes : {65'000, 65'530, 65'531, 65'535, 65'536, 70'000, 100'000}) {
    EXPECT_EQ(Ask(with_trailer(bytes)).status, 431) << bytes;
  }
  // Refused although its end never arrives.
  EXPECT_EQ(Ask(head + "0\r\nA: " + std::string(2'000'000, 'x')).status, 431);
}

TEST_F(Http1Test, ChunkExtensionOverTheLimit_IsTooLarge) {
  options_.header_bytes = 2'000;
  const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto with_extension = [&](size_t bytes) {
    return head + "4;a=" + std::string(bytes, 'x') + "\r\nbody\r\n0\r\n\r\n";
  };
  EXPECT_EQ(Ask(with_extension(1'900)).body, "POST /p body");
  EXPECT_EQ(Ask(with_extension(2'000)).status, 431);
  EXPECT_EQ(Ask(head + "4;a=" + std::string(2'000'000, 'x')).status, 431);
}

TEST_F(Http1Test, Http10WithTransferEncoding_IsRefusedAndClosed) {
  Start();
  SocketClient client(server_->port());
  client.Send(
      "POST /p HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
      "4\r\nbody\r\n0\r\n\r\n" +
      Get("/smuggled"));
  Reader reader(client);
  const ReceivedResponse response = reader.Next();
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.Field("Connection"), "keep-alive");
  EXPECT_TRUE(reader.AtEnd());
}

TEST_F(Http1Test, Http10WithTwoHosts_IsRefused) {
  EXPECT_EQ(Ask("GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n").status, 400);
  EXPECT_EQ(Ask("GET / HTTP/1.0\r\n\r\n").status, 200);
}

TEST_F(Http1Test, UrlOverTheLimit_IsTooLong) {
  options_.header_bytes = 2'000;
  options_.url_bytes = 500;
  EXPECT_EQ(Ask(Get("/" + std::string(499, 'x'))).status, 200);
  EXPECT_EQ(Ask(Get("/" + std::string(500, 'x'))).status, 414);
  // Also a URL that exceeds the header's limit by itself.
  EXPECT_EQ(Ask(Get("/" + std::string(3'000, 'x'))).status, 414);
}

TEST_F(Http1Test, Malformed_IsABadRequestAndClosed) {
  const std::string two_lengths =
      "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody";
  const std::string both =
      "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\n\r\n";
  const std::string equal_lengths =
      "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nbody";
  const std::string length_list = "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4, 4\r\n\r\nbody";
  const std::string both_reversed =
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"
      "0\r\n\r\n";
  const std::string unknown_and_length =
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\n"
      "body";
  const std::string coded =
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n";
  const std::string not_last =
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n";
  const std::string bad_chunk =
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n";
  for (const std::string& request :
       {std::string("nonsense\r\n\r\n"),
        std::string("GET /\r\n\r\n"),
        std::string("GET  / HTTP/1.1\r\nHost: x\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\n\r\n"),
        std::string("GET / HTTP/3.0\r\nHost: x\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x y\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x/y\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x:80.y\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: [::1].y\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: \"x\"\r\n\r\n"),
        std::string("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost : x\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c: d\r\n\x01\r\n\r\n"),
        std::string("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x01", 5),
        std::string("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
        two_lengths,
        equal_lengths,
        length_list,
        both,
        both_reversed,
        unknown_and_length,
        std::string("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nbody"),
        std::string("POST /p HTTP/1.1\r\nHost: x\nContent-Length: 4\r\n\r\nbody"),
        coded,
        not_last,
        bad_chunk}) {
    const ReceivedResponse response = Ask(request);
    EXPECT_EQ(response.status, 400) << request;
    EXPECT_EQ(response.Field("Connection"), "close") << request;
  }
}

TEST_F(Http1Test, HostOfEveryForm_IsTaken) {
  for (const char* host :
       {"", "x", "x:", "x:80", "[::1]", "[::1]:80", "a_b.example", "%C3%A4.example"}) {
    EXPECT_EQ(Ask(fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", host)).status, 200) << host;
  }
}

TEST_F(Http1Test, EmptyLineBeforeARequest_IsIgnored) {
  Start();
  SocketClient client(server_->port());
  Reader reader(client);
  client.Send("\r\n" + Post("body") + "\r\n" + Get("/"));
  EXPECT_EQ(reader.Next().status, 200);
  EXPECT_EQ(reader.Next().status, 200);
  // Also one that comes in pieces.
  client.Send("\r");
  client.Send("\n");
  client.Send(Get("/"));
  EXPECT_EQ(reader.Next().status, 200);
}

TEST_F(Http1Test, TruncatedBody_IsNeverHandled) {
  std::atomic<int> handled = 0;
  handler_.handle = [&](const Request&) {
    ++handled;
    return Response();
  };
  Start();
  SocketClient client(server_->port());
  client.Send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
  client.FinishSending();
  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_EQ(handled, 0);
}

TEST_F(Http1Test, StreamedAnswer_IsChunked) {
  handler_.handle = [](const Request&) {
    Response response;
    response.stream = std::make_unique<Pieces>(std::vector<std::string>{"one,", "", "two"});
    return response;
  };
  Start();
  SocketClient client(server_->port());
  Reader reader(client);
  for (int i = 0; i < 2; ++i) {
    client.Send(Get("/"));
    const ReceivedResponse response = reader.Next();
    EXPECT_TRUE(response.chunked);
    EXPECT_TRUE(response.whole);
    EXPECT_EQ(response.body, "one,two");
  }
}

// A body that says where its pieces are made. Every second one is ready.
class PlacesOfPieces final : public BodySource {
 public:
  absl::StatusOr<bool> Next(std::string& out) override {
    out += std::this_thread::get_id() == loop_ ? "loop," : "worker,";
    return ++pieces_ < 4;
  }
  bool IsReady() override {
    loop_ = std::this_thread::get_id();
    return pieces_ % 2 == 1;
  }

 private:
  std::thread::id loop_;
  int pieces_ = 0;
};

TEST_F(Http1Test, PieceThatIsReady_IsMadeOnTheLoop) {
  handler_.handle = [](const Request&) {
    Response response;
    response.stream = std::make_unique<PlacesOfPieces>();
    return response;
  };
  EXPECT_EQ(Ask(Get("/")).body, "worker,loop,worker,loop,");
}

TEST_F(Http1Test, StreamedAnswer_ToHttp10_EndsWithTheConnection) {
  handler_.handle = [](const Request&) {
    Response response;
    response.stream = std::make_unique<Pieces>(std::vector<std::string>{"one,", "two"});
    return response;
  };
  const ReceivedResponse response = Ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_FALSE(response.chunked);
  EXPECT_EQ(response.Field("Content-Length"), std::nullopt);
  EXPECT_EQ(response.body, "one,two");
}

TEST_F(Http1Test, ErrorInAStream_CutsTheConnection) {
  handler_.handle = [](const Request&) {
    Response response;
    response.stream =
        std::make_unique<Pieces>(std::vector<std::string>{"one,"}, absl::UnavailableError("gone"));
    return response;
  };
  Start();
  SocketClient client(server_->port());
  client.Send(Get("/"));
  Reader reader(client);
  const ReceivedResponse response = reader.Next();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "one,");
  EXPECT_FALSE(response.whole);
  EXPECT_TRUE(reader.AtEnd());
}

TEST_F(Http1Test, Head_HasTheHeaderAlone) {
  Start();
  SocketClient client(server_->port());
  Reader reader(client);
  client.Send("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n");
  const ReceivedResponse response = reader.Next(/*head_only=*/true);
  EXPECT_EQ(response.Field("Content-Length"), std::to_string(std::string("HEAD /h ").size()));
  client.Send(Get("/next"));
  EXPECT_EQ(reader.Next().body, "GET /next ");
}

TEST_F(Http1Test, EarlyRefusal_IsReadThoughTheBodyStillComes) {
  std::atomic<int> handled = 0;
  handler_.handle = [&](const Request&) {
    ++handled;
    return Response();
  };
  handler_.refuse = [](const Request& header) {
    EXPECT_EQ(header.body, "");
    return Unauthorized();
  };
  Start();
  SocketClient client(server_->port());
  client.Send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n");
  client.Send(std::string(500'000, 'x'));
  Reader reader(client);
  const ReceivedResponse response = reader.Next();
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.Field("Connection"), "close");
  EXPECT_TRUE(response.whole);
  EXPECT_EQ(handled, 0);
}

}  // namespace
}  // namespace zerotouch::http
