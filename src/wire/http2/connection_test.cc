// HTTP/2 over loopback, with libnghttp2 as the client.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>

#include "model/errors.h"
#include "support/http2_client.h"
#include "support/server_test_base.h"

namespace zerotouch::wire {
namespace {

using test::Http2Client;
using ::testing::HasSubstr;

class Http2Test : public ServerTestBase {
 protected:
  Http2Client& Connect() {
    if (server_ == nullptr) Start();
    client_ = std::make_unique<Http2Client>(server_->port());
    return *client_;
  }

  std::unique_ptr<Http2Client> client_;
};

TEST_F(Http2Test, Get_IsAnswered) {
  Http2Client& client = Connect();
  const auto answer = client.Get("/a?b=c");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "GET /a?b=c ");
  EXPECT_EQ(answer.Field("content-length"), "11");
  EXPECT_EQ(answer.Field("content-type"), "application/json; charset=UTF-8");
  EXPECT_EQ(answer.Field("x-request-id").size(), 16u);
  EXPECT_NE(answer.Field("date"), "");
}

TEST_F(Http2Test, Fields_ReachTheHandler) {
  handler_.handle = [](HttpRequest request) {
    EXPECT_TRUE(request.trailers);
    return JsonResponse(200, std::string(request.headers.Get("Authorization")) + "|" +
                                 std::string(request.headers.Get("Host")));
  };
  Http2Client& client = Connect();
  EXPECT_EQ(client.Await(client.Ask("GET", "/", {{"authorization", "Bearer x"}})).body,
            "Bearer x|localhost");
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
  handler_.handle = [](HttpRequest request) {
    HttpResponse response;
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
  handler_.handle = [](HttpRequest) {
    HttpResponse response = JsonResponse(200, "body");
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
  // So large that its end is not even listened to.
  const auto hopeless = client.Await(client.Ask("GET", "/", {{"a", std::string(12'000, 'x')}}));
  EXPECT_EQ(hopeless.status, 0);
  EXPECT_NE(hopeless.reset, 0u);
  EXPECT_EQ(client.Get("/still-well").status, 200);
}

TEST_F(Http2Test, EarlyRefusal_StopsTheBody) {
  std::atomic<int> handled = 0;
  handler_.handle = [&](HttpRequest) {
    ++handled;
    return HttpResponse();
  };
  handler_.refuse = [](const HttpRequest&) {
    return ErrorResponse(errors::MissingCredentials(), true);
  };
  Http2Client& client = Connect();
  const auto answer = client.Await(client.Ask("POST", "/", {}, std::string(10'000'000, 'x')));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.reset, 0u);  // NO_ERROR: RFC 9113 section 8.1
  EXPECT_EQ(handled, 0);
}

TEST_F(Http2Test, ErrorInAStream_ResetsItAlone) {
  handler_.handle = [](HttpRequest request) {
    if (request.target == "/well") return ScriptedHandler::Echo(request);
    HttpResponse response;
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

TEST_F(Http2Test, Cancelled_IsNotGoneOnWith) {
  std::promise<void> gone;
  class Endless final : public BodySource {
   public:
    explicit Endless(std::promise<void>& gone) : gone_(gone) {}
    ~Endless() override { gone_.set_value(); }
    absl::StatusOr<bool> Next(std::string& out) override {
      out.append(1'000, 'x');
      return true;
    }

   private:
    std::promise<void>& gone_;
  };
  handler_.handle = [&](HttpRequest request) {
    if (request.target == "/well") return ScriptedHandler::Echo(request);
    HttpResponse response;
    response.stream = std::make_unique<Endless>(gone);
    return response;
  };
  options_.queued_requests = 1;
  Http2Client& client = Connect();
  const int32_t stream = client.Ask("GET", "/");
  client.Until([&] { return !client.answer(stream).body.empty(); });
  client.Cancel(stream);
  gone.get_future().wait();
  int status = 429;  // its place comes back
  while (status == 429) status = client.Get("/well").status;
  EXPECT_EQ(status, 200);
  server_.reset();
}

TEST_F(Http2Test, TooManyInFlight_AreToldToComeAgain) {
  options_.queued_requests = 1;
  Gate entered;
  Gate leave;
  handler_.handle = [&](HttpRequest request) {
    entered.Open();
    leave.Wait();
    return ScriptedHandler::Echo(request);
  };
  Http2Client& client = Connect();
  const int32_t slow = client.Ask("GET", "/slow");
  entered.Wait();
  const auto refused = client.Get("/a");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.Field("retry-after"), "1");
  leave.Open();
  EXPECT_EQ(client.Await(slow).status, 200);
}

TEST_F(Http2Test, BodiesInFlight_CountWhatTheyHold) {
  options_.body_bytes_in_flight = 300'000;
  Http2Client& client = Connect();
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {}, std::string(140'000, 'x'))).status, 200);
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {}, std::string(310'000, 'x'))).status, 429);
  const auto bomb = client.Await(
      client.Ask("POST", "/", {{"content-encoding", "gzip"}}, Gzip(std::string(310'000, 'x'))));
  EXPECT_EQ(bomb.status, 429);
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {}, std::string(140'000, 'x'))).status, 200);
}

TEST_F(Http2Test, SlowBody_IsReset) {
  options_.read_timeout = absl::Milliseconds(50);
  Http2Client& client = Connect();
  const auto answer = client.Await(client.Ask("POST", "/", {}, "half", false));
  EXPECT_EQ(answer.reset, uint32_t{NGHTTP2_CANCEL});
  EXPECT_EQ(client.Get("/still-well").status, 200);
}

TEST_F(Http2Test, SlowHeader_ClosesTheConnection) {
  options_.read_timeout = absl::Milliseconds(50);
  Start();
  test::SocketClient client(server_->port());
  client.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  client.Send(std::string("\0\0\0\4\0\0\0\0\0", 9));
  client.Send(std::string("\0\0\6\1\1\0\0\0\1", 9) + "\x82\x86\x84\x41\x01x");  // no END_HEADERS
  client.ReceiveAll();
}

TEST_F(Http2Test, SlowReader_IsReset) {
  options_.write_timeout = absl::Milliseconds(50);
  handler_.handle = [](HttpRequest) {
    HttpResponse response;
    response.stream =
        std::make_unique<Pieces>(std::vector<std::string>(100, std::string(100'000, 'x')));
    return response;
  };
  Http2Client& client = Connect();
  client.SetReading(false);  // the stream's window is never opened again
  EXPECT_EQ(client.Get("/").reset, uint32_t{NGHTTP2_CANCEL});
}

TEST_F(Http2Test, ReaderThatStopsReading_IsCut) {
  options_.write_timeout = absl::Milliseconds(50);
  std::promise<void> cut;
  class Endless final : public BodySource {
   public:
    explicit Endless(std::promise<void>& gone) : gone_(gone) {}
    ~Endless() override { gone_.set_value(); }
    absl::StatusOr<bool> Next(std::string& out) override {
      out.append(100'000, 'x');
      return true;
    }

   private:
    std::promise<void>& gone_;
  };
  handler_.handle = [&](HttpRequest) {
    HttpResponse response;
    response.stream = std::make_unique<Endless>(cut);
    return response;
  };
  Start();
  Http2Client client(server_->port(), /*receive_buffer_bytes=*/4'096);
  client.Ask("GET", "/");
  EXPECT_EQ(cut.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  server_.reset();
}

TEST_F(Http2Test, IdleConnection_SaysGoodbye) {
  options_.idle_timeout = absl::Milliseconds(50);
  Http2Client& client = Connect();
  EXPECT_EQ(client.Get("/").status, 200);
  client.Until([] { return false; });
  EXPECT_EQ(client.goaway(), uint32_t{NGHTTP2_NO_ERROR});
}

TEST_F(Http2Test, QuietConnectionWithARequest_IsAskedForASignOfLife) {
  options_.idle_timeout = absl::Milliseconds(50);
  Gate leave;
  handler_.handle = [&](HttpRequest request) {
    leave.Wait();
    return ScriptedHandler::Echo(request);
  };
  Http2Client& client = Connect();
  const int32_t stream = client.Ask("GET", "/");
  EXPECT_TRUE(client.Until([&] { return client.pings() > 0; }));
  leave.Open();
  EXPECT_EQ(client.Await(stream).status, 200);
}

TEST_F(Http2Test, Drain_FinishesWhatIsInFlight) {
  Gate entered;
  Gate leave;
  handler_.handle = [&](HttpRequest request) {
    entered.Open();
    leave.Wait();
    return ScriptedHandler::Echo(request);
  };
  Http2Client& client = Connect();
  const int32_t stream = client.Ask("GET", "/busy");
  entered.Wait();
  std::thread drain([&] { server_->Drain(absl::Seconds(20)); });
  EXPECT_TRUE(client.Until([&] { return client.goaway().has_value(); }));
  EXPECT_EQ(client.goaway(), uint32_t{NGHTTP2_NO_ERROR});
  leave.Open();
  EXPECT_EQ(client.Await(stream).body, "GET /busy ");
  client.Until([] { return false; });
  client.socket().Close();
  drain.join();
}

TEST_F(Http2Test, Drain_ClosesIdleConnections) {
  Http2Client& client = Connect();
  EXPECT_EQ(client.Get("/").status, 200);
  std::thread drain([&] { server_->Drain(absl::Seconds(20)); });
  client.Until([] { return false; });
  EXPECT_EQ(client.goaway(), uint32_t{NGHTTP2_NO_ERROR});
  client.socket().Close();
  drain.join();
}

TEST_F(Http2Test, ClientThatHasSaidAll_StillGetsItsAnswer) {
  Gate entered;
  Gate leave;
  handler_.handle = [&](HttpRequest request) {
    entered.Open();
    leave.Wait();
    return ScriptedHandler::Echo(request);
  };
  Http2Client& client = Connect();
  const int32_t stream = client.Ask("GET", "/busy");
  const int32_t cut = client.Ask("POST", "/", {}, "half", false);
  entered.Wait();
  client.socket().FinishSending();
  EXPECT_EQ(client.Await(cut).reset, uint32_t{NGHTTP2_CANCEL});
  leave.Open();
  EXPECT_EQ(client.Await(stream).body, "GET /busy ");
  EXPECT_FALSE(client.Until([] { return false; }));  // closed at once
}

TEST_F(Http2Test, ClientThatDisappears_LeavesTheServerWell) {
  options_.queued_requests = 1;
  handler_.handle = [](HttpRequest request) {
    if (request.target == "/") return ScriptedHandler::Echo(request);
    HttpResponse response;
    response.stream =
        std::make_unique<Pieces>(std::vector<std::string>(100, std::string(100'000, 'x')));
    return response;
  };
  Start();
  for (int i = 0; i < 10; ++i) {
    Http2Client in_body(server_->port());
    in_body.Ask("POST", "/", {}, "half", false);
    i % 2 == 0 ? in_body.socket().Reset() : in_body.socket().Close();
    Http2Client in_answer(server_->port());
    const int32_t stream = in_answer.Ask("GET", "/large");
    in_answer.Until([&] { return in_answer.answer(stream).status != 0; });
    i % 2 == 0 ? in_answer.socket().Reset() : in_answer.socket().Close();
  }
  int status = 429;
  while (status == 429) status = Ask(test::Get("/")).status;
  EXPECT_EQ(status, 200);
}

}  // namespace
}  // namespace zerotouch::wire
