// SPDX-License-Identifier: Apache-2.0
// Timeouts, cancellation and draining of HTTP/2 calls.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/http2_test_base.h"

namespace zerotouch::http {
namespace {

using test::Http2Client;

using Http2EndingTest = Http2TestBase;

TEST_F(Http2EndingTest, Cancelled_Stops) {
  std::promise<void> gone;
  handler_.handle = [&](Request request) {
    if (request.target == "/well") return ScriptedHandler::Echo(request);
    Response response;
    response.stream = std::make_unique<EndlessBody>(gone, 1'000);
    return response;
  };
  options_.admission.requests = 1;
  Http2Client& client = Connect();
  const int32_t stream = client.Ask("GET", "/");
  client.Until([&] { return !client.answer(stream).body.empty(); });
  client.Cancel(stream);
  gone.get_future().wait();
  int status = 429;  // until the cancelled request is gone
  while (status == 429) status = client.Get("/well").status;
  EXPECT_EQ(status, 200);
  server_.reset();
}

TEST_F(Http2EndingTest, SlowBody_IsReset) {
  options_.read_timeout = absl::Milliseconds(50);
  Http2Client& client = Connect();
  const auto answer = client.Await(client.Ask("POST", "/", {}, "half", false));
  EXPECT_EQ(answer.reset, uint32_t{NGHTTP2_CANCEL});
  EXPECT_EQ(client.Get("/still-well").status, 200);
}

TEST_F(Http2EndingTest, SlowHeader_ClosesTheConnection) {
  options_.read_timeout = absl::Milliseconds(50);
  Start();
  test::SocketClient client(server_->port());
  client.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  client.Send(std::string("\0\0\0\4\0\0\0\0\0", 9));
  client.Send(std::string("\0\0\6\1\1\0\0\0\1", 9) + "\x82\x86\x84\x41\x01x");  // no END_HEADERS
  client.ReceiveAll();
}

TEST_F(Http2EndingTest, SlowReader_IsReset) {
  options_.write_timeout = absl::Milliseconds(50);
  handler_.handle = [](Request) {
    Response response;
    response.stream =
        std::make_unique<Pieces>(std::vector<std::string>(100, std::string(100'000, 'x')));
    return response;
  };
  Http2Client& client = Connect();
  client.SetReading(false);  // the stream's window is never opened again
  EXPECT_EQ(client.Get("/").reset, uint32_t{NGHTTP2_CANCEL});
}

// The last byte fits in the window. The server learns only afterwards that the answer
// has ended, and cannot send the end, because the window is full.
TEST_F(Http2EndingTest, SlowReaderOfTheEndAlone_IsReset) {
  constexpr size_t kWindow = 65'535;
  std::promise<void> all_came;
  class WindowFull final : public BodySource {
   public:
    explicit WindowFull(std::future<void> all_came) : all_came_(std::move(all_came)) {}
    absl::StatusOr<bool> Next(std::string& out) override {
      if (!begun_) out.append(kWindow, 'x');
      if (begun_) all_came_.wait();
      return !std::exchange(begun_, true);
    }

   private:
    std::future<void> all_came_;
    bool begun_ = false;
  };
  options_.write_timeout = absl::Milliseconds(50);
  options_.admission.requests = 1;
  handler_.handle = [&](Request) {
    Response response;
    response.stream = std::make_unique<WindowFull>(all_came.get_future());
    return response;
  };
  Http2Client& client = Connect();
  client.SetReading(false);
  const int32_t stream = client.Ask("GET", "/");
  client.Until([&] { return client.answer(stream).body.size() == kWindow; });
  all_came.set_value();
  EXPECT_EQ(client.Await(stream).reset, uint32_t{NGHTTP2_CANCEL});
}

TEST_F(Http2EndingTest, ReaderThatStopsReading_IsCut) {
  options_.write_timeout = absl::Milliseconds(50);
  std::promise<void> cut;
  handler_.handle = [&](Request) {
    Response response;
    response.stream = std::make_unique<EndlessBody>(cut, 100'000);
    return response;
  };
  Start();
  Http2Client client(server_->port(), /*receive_buffer_bytes=*/4'096);
  client.Ask("GET", "/");
  EXPECT_EQ(cut.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  server_.reset();
}

TEST_F(Http2EndingTest, PastItsDeadline_IsAnsweredAtOnce) {
  handler_.limit = absl::Milliseconds(30);
  options_.admission.requests = 1;
  Gate leave;
  handler_.handle = [&](Request request) {
    if (request.target == "/slow") leave.Wait();
    return ScriptedHandler::Echo(request);
  };
  Http2Client& client = Connect();
  const auto answer = client.Get("/slow");
  EXPECT_EQ(answer.status, 504);
  // It counts as in flight until the handler returns.
  EXPECT_EQ(client.Get("/a").status, 429);
  leave.Open();
  handler_.limit = absl::InfiniteDuration();
  int status = 429;
  while (status == 429) status = client.Get("/a").status;
  EXPECT_EQ(status, 200);
  server_.reset();
}

TEST_F(Http2EndingTest, PastItsDeadline_BodyThatIsAwaited_IsAnswered) {
  handler_.limit = absl::Milliseconds(30);
  Http2Client& client = Connect();
  EXPECT_EQ(client.Await(client.Ask("POST", "/", {}, "half", false)).status, 504);
}

TEST_F(Http2EndingTest, PastItsDeadline_AnswerThatHasBegun_IsReset) {
  handler_.limit = absl::Milliseconds(100);
  class Slow final : public BodySource {
   public:
    absl::StatusOr<bool> Next(std::string& out) override {
      out += "x";
      return true;
    }
  };
  handler_.handle = [](Request) {
    Response response;
    response.stream = std::make_unique<Slow>();
    return response;
  };
  Http2Client& client = Connect();
  const auto answer = client.Get("/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.reset, uint32_t{NGHTTP2_CANCEL});
}

class Echoing final : public StreamingCall {
 public:
  explicit Echoing(absl::Duration timeout) : timeout_(timeout) {}
  Headers Header() const override {
    Headers fields;
    fields.Add("x-begin", "1");
    return fields;
  }
  bool Next(const Input& input, std::string& out) override {
    if (input.bytes.empty() && asked_ && !input.ended) out += input.stopping ? "stop" : "!";
    asked_ = true;
    for (const char c : input.bytes) out += static_cast<char>(c - 'a' + 'A');
    return !input.ended && !input.stopping;
  }
  Headers Trailers() override {
    Headers fields;
    fields.Add("x-end", "1");
    return fields;
  }
  absl::Duration InputTimeout() const override { return timeout_; }

 private:
  const absl::Duration timeout_;
  bool asked_ = false;
};

TEST_F(Http2EndingTest, StreamingCall_AnswersBeforeTheRequestEnds) {
  handler_.open = [](const Request&) {
    return std::make_unique<Echoing>(absl::InfiniteDuration());
  };
  options_.read_timeout = absl::Milliseconds(50);  // does not apply to streaming calls
  Http2Client& client = Connect();
  const int32_t stream = client.Ask("POST", "/", {}, "ab", false);
  EXPECT_TRUE(client.Until([&] { return client.answer(stream).body == "AB"; }));
  EXPECT_EQ(client.answer(stream).Field("x-begin"), "1");
  client.Append(stream, "cd", false);
  EXPECT_TRUE(client.Until([&] { return client.answer(stream).body == "ABCD"; }));
  client.Append(stream, std::string(1'000'000, 'e'), true);
  const auto answer = client.Await(stream);
  EXPECT_EQ(answer.body, "ABCD" + std::string(1'000'000, 'E'));
  EXPECT_EQ(answer.Trailer("x-end"), "1");
}

TEST_F(Http2EndingTest, StreamingCall_IsAskedAgainAfterItsTimeout) {
  handler_.open = [](const Request&) { return std::make_unique<Echoing>(absl::Milliseconds(10)); };
  Http2Client& client = Connect();
  const int32_t stream = client.Ask("POST", "/", {}, "", false);
  EXPECT_TRUE(client.Until([&] { return client.answer(stream).body.size() >= 3; }));
  EXPECT_EQ(client.answer(stream).body.substr(0, 3), "!!!");
  client.Cancel(stream);
}

TEST_F(Http2EndingTest, StreamingCall_EndsWhenTheServerStops) {
  handler_.open = [](const Request&) {
    return std::make_unique<Echoing>(absl::InfiniteDuration());
  };
  Http2Client& client = Connect();
  const int32_t stream = client.Ask("POST", "/", {}, "a", false);
  EXPECT_TRUE(client.Until([&] { return client.answer(stream).body == "A"; }));
  std::thread drain([&] { server_->Drain(absl::Seconds(20)); });
  const auto answer = client.Await(stream);
  EXPECT_EQ(answer.body, "Astop");
  EXPECT_EQ(answer.Trailer("x-end"), "1");
  client.socket().Close();
  drain.join();
}

TEST_F(Http2EndingTest, IdleConnection_SendsGoAway) {
  options_.idle_timeout = absl::Milliseconds(50);
  Http2Client& client = Connect();
  EXPECT_EQ(client.Get("/").status, 200);
  client.Until([] { return false; });
  EXPECT_EQ(client.goaway(), uint32_t{NGHTTP2_NO_ERROR});
}

TEST_F(Http2EndingTest, QuietConnectionWithARequest_IsPinged) {
  options_.idle_timeout = absl::Milliseconds(50);
  Gate leave;
  handler_.handle = [&](Request request) {
    leave.Wait();
    return ScriptedHandler::Echo(request);
  };
  Http2Client& client = Connect();
  const int32_t stream = client.Ask("GET", "/");
  EXPECT_TRUE(client.Until([&] { return client.pings() > 0; }));
  leave.Open();
  EXPECT_EQ(client.Await(stream).status, 200);
}

TEST_F(Http2EndingTest, Drain_FinishesWhatIsInFlight) {
  Gate entered;
  Gate leave;
  handler_.handle = [&](Request request) {
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

TEST_F(Http2EndingTest, Drain_ClosesIdleConnections) {
  Http2Client& client = Connect();
  EXPECT_EQ(client.Get("/").status, 200);
  std::thread drain([&] { server_->Drain(absl::Seconds(20)); });
  client.Until([] { return false; });
  EXPECT_EQ(client.goaway(), uint32_t{NGHTTP2_NO_ERROR});
  client.socket().Close();
  drain.join();
}

// A worker thread may destroy `done` long after it answered, so it must not hold a part of
// the server.
TEST_F(Http2EndingTest, DoneThatIsKept_HoldsNothingOfTheServer) {
  std::optional<Done> kept;
  std::thread worker;
  handler_.serve = [&](Request, Executors&, Done done) {
    kept = std::move(done);
    worker = std::thread([&] { (*std::move(kept))(TextResponse(200, "answered")); });
  };
  EXPECT_EQ(Connect().Get("/").body, "answered");
  worker.join();
  client_.reset();
  server_.reset();
  kept.reset();
}

TEST_F(Http2EndingTest, ClientThatFinishedSending_StillGetsItsAnswer) {
  Gate entered;
  Gate leave;
  handler_.handle = [&](Request request) {
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

TEST_F(Http2EndingTest, ClientThatDisappears_LeavesTheServerWell) {
  options_.admission.requests = 1;
  handler_.handle = [](Request request) {
    if (request.target == "/") return ScriptedHandler::Echo(request);
    Response response;
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

TEST_F(Http2EndingTest, ClientsThatResetWhileTheySend_LeaveNothing) {
  Start();
  for (int i = 0; i < 200; ++i) {
    auto socket = std::make_unique<test::SocketClient>(server_->port());
    test::SocketClient* const connection = socket.get();
    test::Http2Client client(std::move(socket));
    for (int j = 0; j < 20; ++j) {
      client.Ask("POST", "/", {}, std::string(5'000, 'x'), /*ends=*/false);
    }
    connection->Reset();
  }
  const absl::Time begun = absl::Now();
  server_->Drain(absl::Seconds(20));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(15));
}

}  // namespace
}  // namespace zerotouch::http
