// SPDX-License-Identifier: Apache-2.0
// The server's limits, timeouts and draining, over loopback.

#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "support/server_test_base.h"

namespace zerotouch::http {
namespace {

using test::Get;
using test::Post;
using test::Reader;
using test::ReceivedResponse;
using test::SocketClient;
using ::testing::HasSubstr;

using ServerTest = ServerTestBase;

TEST_F(ServerTest, SlowHeader_IsCut) {
  options_.read_timeout = absl::Milliseconds(50);
  Start();
  SocketClient client(server_->port());
  client.Send("GET / HTTP/1.1\r\nHos");
  EXPECT_EQ(client.ReceiveAll(), "");
  SocketClient undecided(server_->port());
  undecided.Send("PRI * HT");
  EXPECT_EQ(undecided.ReceiveAll(), "");
}

TEST_F(ServerTest, SlowBody_IsCut) {
  options_.read_timeout = absl::Milliseconds(50);
  Start();
  SocketClient client(server_->port());
  client.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(ServerTest, IdleConnection_IsCut) {
  options_.idle_timeout = absl::Milliseconds(50);
  Start();
  SocketClient fresh(server_->port());
  EXPECT_EQ(fresh.ReceiveAll(), "");
  SocketClient used(server_->port());
  used.Send(Get("/"));
  Reader reader(used);
  EXPECT_EQ(reader.Next().status, 200);
  EXPECT_TRUE(reader.AtEnd());
}

TEST_F(ServerTest, SlowReader_IsCut) {
  options_.write_timeout = absl::Milliseconds(100);
  std::promise<void> cut;
  handler_.handle = [&](Request) {
    Response response;
    response.stream = std::make_unique<EndlessBody>(cut, 100'000);
    return response;
  };
  Start();
  SocketClient client(server_->port(), /*receive_buffer_bytes=*/4'096);
  client.Send(Get("/"));
  EXPECT_EQ(cut.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  server_.reset();  // may still use `cut`
}

// A worker thread may destroy `done` long after it answered, so it must not hold a part of
// the server.
TEST_F(ServerTest, DoneThatIsKept_HoldsNothingOfTheServer) {
  std::optional<Done> kept;
  std::thread worker;
  handler_.serve = [&](Request, Executors&, Done done) {
    kept = std::move(done);
    worker = std::thread([&] { (*std::move(kept))(TextResponse(200, "answered")); });
  };
  EXPECT_EQ(Ask(Get("/")).body, "answered");
  worker.join();
  server_.reset();
  kept.reset();
}

TEST_F(ServerTest, TooManyInFlight_GetTooBusy) {
  options_.admission.requests = 1;
  Gate entered;
  Gate leave;
  handler_.handle = [&](Request request) {
    if (request.target == "/slow") {
      entered.Open();
      leave.Wait();
    }
    return ScriptedHandler::Echo(request);
  };
  Start();
  SocketClient slow(server_->port());
  slow.Send(Get("/slow"));
  entered.Wait();
  SocketClient client(server_->port());
  Reader reader(client);
  client.Send(Get("/a"));
  const ReceivedResponse refused = reader.Next();
  EXPECT_EQ(refused.status, 429);
  leave.Open();
  EXPECT_EQ(Reader(slow).Next().status, 200);
  // The request was complete, so the connection stays open.
  ReceivedResponse again;
  do {
    client.Send(Get("/a"));
    again = reader.Next();
  } while (again.status == 429);
  EXPECT_EQ(again.status, 200);
}

TEST_F(ServerTest, BodiesInFlight_CountWhatTheyHold) {
  options_.admission.bytes = 300'100;
  EXPECT_EQ(Ask(Post(std::string(300'000, 'x'))).status, 200);
  EXPECT_EQ(Ask(Post(std::string(300'101, 'x'))).status, 429);
  std::string chunks = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 6; ++i) chunks += "c350\r\n" + std::string(50'000, 'x') + "\r\n";
  EXPECT_EQ(Ask(chunks + "ea60\r\n" + std::string(60'000, 'x') + "\r\n").status, 429);
  EXPECT_EQ(Ask(Post(Gzip(std::string(250'000, 'x')), "Content-Encoding: gzip\r\n")).status, 200);
  EXPECT_EQ(Ask(Post(Gzip(std::string(310'000, 'x')), "Content-Encoding: gzip\r\n")).status, 429);
  // All memory was released.
  EXPECT_EQ(Ask(Post(std::string(300'000, 'x'))).status, 200);
}

TEST_F(ServerTest, BodiesThatAreOnlyDeclared_HoldNothing) {
  options_.admission.bytes = 300'100;
  options_.admission.small_bytes = 100'000;
  Start();
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<SocketClient>(server_->port()));
    clients.back()->Send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\nx");
  }
  EXPECT_EQ(Ask(Post(std::string(300'000, 'x'))).status, 200);
}

TEST_F(ServerTest, BodyIsReleasedBeforeTheAnswerIsRead) {
  options_.admission.bytes = 100'000 + limits::kStreamedAnswerBytes;
  Gate streaming;
  Gate finish;
  class Held final : public BodySource {
   public:
    Held(Gate& streaming, Gate& finish) : streaming_(streaming), finish_(finish) {}
    absl::StatusOr<bool> Next(std::string&) override {
      streaming_.Open();
      finish_.Wait();
      return false;
    }

   private:
    Gate& streaming_;
    Gate& finish_;
  };
  handler_.handle = [&](Request request) {
    Response response;
    if (request.body.front() == 's') response.stream = std::make_unique<Held>(streaming, finish);
    return response;
  };
  Start();
  SocketClient slow(server_->port());
  slow.Send(Post(std::string(100'000, 's')));
  streaming.Wait();
  EXPECT_EQ(Ask(Post(std::string(100'000, 'x'))).status, 200);
  finish.Open();
  server_.reset();  // still uses the gates
}

TEST_F(ServerTest, TooManyConnections_WaitWhileAllAreBusy) {
  options_.connections = 1;
  Gate entered;
  Gate leave;
  handler_.handle = [&](Request request) {
    if (request.target == "/slow") {
      entered.Open();
      leave.Wait();
    }
    return ScriptedHandler::Echo(request);
  };
  Start();
  SocketClient first(server_->port());
  first.Send(Get("/slow"));
  entered.Wait();
  SocketClient second(server_->port());
  ASSERT_TRUE(second.connected());
  second.Send(Get("/2"));
  leave.Open();
  EXPECT_EQ(Reader(first).Next().status, 200);
  EXPECT_EQ(Reader(second).Next().body, "GET /2 ");
}

TEST_F(ServerTest, TooManyConnections_TheOldestIdleOneIsClosed) {
  options_.connections = 3;
  Start();
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(std::make_unique<SocketClient>(server_->port()));
    clients.back()->Send(Get("/"));
    EXPECT_EQ(Reader(*clients.back()).Next().status, 200) << i;
  }
  EXPECT_TRUE(Reader(*clients.front()).AtEnd());
  clients.back()->Send(Get("/again"));
  EXPECT_EQ(Reader(*clients.back()).Next().status, 200);
}

TEST_F(ServerTest, TooManyConnectionsOfOnePeer_TheOldestIdleOneIsClosed) {
  options_.peer_connections = 2;
  Start();
  SocketClient silent(server_->port());
  std::vector<std::unique_ptr<SocketClient>> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<SocketClient>(server_->port()));
    clients.back()->Send(Get("/"));
    EXPECT_EQ(Reader(*clients.back()).Next().status, 200) << i;
  }
  EXPECT_TRUE(Reader(silent).AtEnd());
}

TEST_F(ServerTest, PeerWhoseConnectionsAreAllBusy_GetsNoFurtherOne) {
  options_.peer_connections = 2;
  Gate entered[2];
  Gate leave;
  handler_.handle = [&](const Request& request) {
    entered[request.target == "/1"].Open();
    leave.Wait();
    return ScriptedHandler::Echo(request);
  };
  Start();
  SocketClient first(server_->port());
  SocketClient second(server_->port());
  first.Send(Get("/1"));
  second.Send(Get("/2"));
  for (Gate& each : entered) each.Wait();
  SocketClient third(server_->port());
  third.Send(Get("/3"));
  EXPECT_EQ(third.ReceiveAll(), "");
  leave.Open();
  EXPECT_EQ(Reader(first).Next().body, "GET /1 ");
  EXPECT_EQ(Reader(second).Next().body, "GET /2 ");
}

TEST_F(ServerTest, SilentConnection_IsCutSoon) {
  options_.first_request_timeout = absl::Milliseconds(50);
  Start();
  SocketClient silent(server_->port());
  EXPECT_TRUE(Reader(silent).AtEnd());
  SocketClient begun(server_->port());
  begun.Send("GET / HT");
  EXPECT_TRUE(Reader(begun).AtEnd());
}

TEST_F(ServerTest, ReaderThatIsSlowButSteady_GetsTheWholeAnswer) {
  options_.write_timeout = absl::Milliseconds(100);
  handler_.handle = [](Request) { return TextResponse(200, std::string(8'000'000, 'x')); };
  Start();
  SocketClient client(server_->port(), /*receive_buffer_bytes=*/4'096);
  client.Send(Get("/", "Connection: close\r\n"));
  size_t received = 0;
  const absl::Time fast = absl::Now() + absl::Milliseconds(500);
  for (std::string piece = client.Receive(); !piece.empty(); piece = client.Receive()) {
    received += piece.size();
    if (absl::Now() < fast) absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_GT(received, 8'000'000U);
}

TEST_F(ServerTest, HandlerThatThrows_IsAnsweredAndForgotten) {
  handler_.handle = [](Request request) -> Response {
    if (request.target == "/memory") throw std::bad_alloc();
    throw std::runtime_error("a bug");
  };
  EXPECT_EQ(Ask(Get("/memory")).status, 429);
  EXPECT_EQ(Ask(Get("/bug")).status, 500);
  server_->Drain(absl::Seconds(5));
}

TEST_F(ServerTest, Drain_LetsTheRequestInFlightFinish) {
  Gate entered;
  Gate leave;
  handler_.handle = [&](Request request) {
    entered.Open();
    leave.Wait();
    return ScriptedHandler::Echo(request);
  };
  Start();
  SocketClient idle(server_->port());
  SocketClient busy(server_->port());
  busy.Send(Get("/busy"));
  entered.Wait();
  std::thread drain([&] { server_->Drain(absl::Seconds(20)); });
  EXPECT_EQ(idle.ReceiveAll(), "");
  leave.Open();
  Reader reader(busy);
  const ReceivedResponse response = reader.Next();
  EXPECT_EQ(response.body, "GET /busy ");
  EXPECT_EQ(response.Field("Connection"), "close");
  EXPECT_TRUE(reader.AtEnd());
  drain.join();
  EXPECT_FALSE(SocketClient(server_->port()).connected());
  server_->Drain(absl::Seconds(20));  // idempotent
}

TEST_F(ServerTest, Drain_ServesConnectionsThatAreStillSilent) {
  Start();
  SocketClient silent(server_->port());
  SocketClient late(server_->port());
  ASSERT_TRUE(silent.connected() && late.connected());
  SocketClient idle(server_->port());
  idle.Send(Get("/idle"));
  Reader idle_reader(idle);
  EXPECT_EQ(idle_reader.Next().status, 200);
  std::thread drain([&] { server_->Drain(absl::Seconds(20)); });
  EXPECT_TRUE(idle_reader.AtEnd()) << "an idle connection closes at once";
  ASSERT_TRUE(late.Send(Get("/late")));
  const ReceivedResponse response = Reader(late).Next();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Field("Connection"), "close");
  EXPECT_EQ(silent.Receive(), "");
  drain.join();
}

TEST_F(ServerTest, Drain_AfterTheTimeout_ClosesTheRest) {
  Start();
  SocketClient half(server_->port());
  half.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
  SocketClient undecided(server_->port());
  undecided.Send("PRI");
  server_->Drain(absl::Milliseconds(20));
  EXPECT_EQ(half.ReceiveAll(), "");
  EXPECT_EQ(undecided.ReceiveAll(), "");
}

TEST_F(ServerTest, Drain_WhileARefusedClientStillSends_IsShort) {
  handler_.refuse = [](const Request&) { return Unauthorized(); };
  Start();
  SocketClient client(server_->port());
  client.Send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n");
  Reader reader(client);
  EXPECT_EQ(reader.Next().status, 401);
  const absl::Time begun = absl::Now();
  server_->Drain(absl::Seconds(20));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(10));
}

TEST_F(ServerTest, ConnectionsWaitingForASlot_DoNotHoldDrain) {
  options_.connections = 1;
  Start();
  SocketClient first(server_->port());
  first.Send(Get("/1"));
  EXPECT_EQ(Reader(first).Next().status, 200);
  SocketClient second(server_->port());
  server_->Drain(absl::Seconds(20));
  EXPECT_EQ(second.ReceiveAll(), "");
}

TEST_F(ServerTest, ClientsThatDisappear_AreForgotten) {
  handler_.handle = [](Request request) {
    if (request.target != "/large") return ScriptedHandler::Echo(request);
    Response response;
    response.stream =
        std::make_unique<Pieces>(std::vector<std::string>(100, std::string(100'000, 'x')));
    return response;
  };
  options_.admission.requests = 1;
  Start();
  for (int i = 0; i < 20; ++i) {
    SocketClient in_body(server_->port());
    in_body.Send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
    i % 2 == 0 ? in_body.Reset() : in_body.Close();
    SocketClient in_answer(server_->port());
    in_answer.Send(Get("/large"));
    in_answer.Receive();
    i % 2 == 0 ? in_answer.Reset() : in_answer.Close();
  }
  // Each request ends sooner or later.
  int status = 429;
  while (status == 429) status = Ask(Get("/")).status;
  EXPECT_EQ(status, 200);
}

TEST_F(ServerTest, Destructor_WaitsForHandlers) {
  std::atomic<bool> finished = false;
  Gate entered;
  Gate leave;
  handler_.handle = [&](Request) {
    entered.Open();
    leave.Wait();
    finished = true;
    return Response();
  };
  Start();
  SocketClient client(server_->port());
  client.Send(Get("/"));
  entered.Wait();
  std::thread stop([&] {
    server_.reset();
    EXPECT_TRUE(finished);
  });
  EXPECT_EQ(client.ReceiveAll(), "");  // closed by the destructor
  leave.Open();
  stop.join();
}

TEST_F(ServerTest, PortInUseOrBadAddress_SaysWhatToDo) {
  Start();
  ServerOptions taken;
  taken.listen = "127.0.0.1:" + std::to_string(server_->port());
  EXPECT_THAT(std::string(Server::Start(taken, handler_).status().message()),
              HasSubstr("choose another port"));
  for (const char* listen : {"", "127.0.0.1", "127.0.0.1:99999", "nowhere:80"}) {
    ServerOptions wrong;
    wrong.listen = listen;
    EXPECT_THAT(std::string(Server::Start(wrong, handler_).status().message()),
                HasSubstr("ADDRESS:PORT"))
        << listen;
  }
}

}  // namespace
}  // namespace zerotouch::http
