// SPDX-License-Identifier: Apache-2.0
// Answers whose source waits for what it sends.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/content_coding.h"
#include "http/server.h"
#include "support/http2_test_base.h"
#include "support/server_test_base.h"

namespace zerotouch::http {
namespace {

using test::Get;
using test::Http2Client;
using test::SocketClient;

// Says "begin", then has nothing; the third call of each ten says "more".
class WaitingSource final : public BodySource {
 public:
  absl::StatusOr<bool> Next(std::string& out) override {
    if (asked_ == 0) out += "begin";
    if (asked_++ % 10 == 3) out += "more";
    return true;
  }
  absl::Duration Pause() const override { return absl::Milliseconds(5); }
  Headers Trailers() override {
    Headers fields;
    fields.Add("x-end", "1");
    return fields;
  }

 private:
  int asked_ = 0;
};

class WaitingSourceTest : public Http2TestBase {
 protected:
  WaitingSourceTest() {
    options_.worker_threads = 1;
    options_.threads = 1;
    handler_.handle = [](const Request& request) {
      if (!request.target.starts_with("/wait")) return ScriptedHandler::Echo(request);
      Response response;
      response.stream = std::make_unique<WaitingSource>();
      return response;
    };
  }

  static std::string ReceiveUntil(SocketClient& client, const std::string& text) {
    std::string received;
    while (received.find(text) == std::string::npos) {
      const std::string piece = client.Receive();
      if (piece.empty()) break;
      received += piece;
    }
    return received;
  }
};

TEST_F(WaitingSourceTest, Pieces_AreSentWhenTheyAreThere_AndOthersAreServedMeanwhile) {
  Start();
  std::vector<std::unique_ptr<SocketClient>> waiting;
  for (int i = 0; i < 5; ++i) {
    waiting.push_back(std::make_unique<SocketClient>(server_->port()));
    waiting.back()->Send(Get("/wait"));
    EXPECT_NE(ReceiveUntil(*waiting.back(), "more").find("begin"), std::string::npos);
  }
  EXPECT_EQ(Ask(Get("/other")).status, 200) << "the only worker thread is free";
}

TEST_F(WaitingSourceTest, OverHttp1_EndsWhenTheServerDrains) {
  Start();
  SocketClient client(server_->port());
  client.Send(Get("/wait"));
  ReceiveUntil(client, "more");
  std::thread drain([&] { server_->Drain(absl::Seconds(20)); });
  EXPECT_TRUE(client.ReceiveAll().ends_with("0\r\n\r\n")) << "the answer is complete";
  drain.join();
}

TEST_F(WaitingSourceTest, OverHttp2_EndsWhenTheServerDrains) {
  Http2Client& client = Connect();
  const int32_t stream = client.Ask("GET", "/wait");
  EXPECT_TRUE(client.Until([&] { return client.answer(stream).body.starts_with("beginmore"); }));
  std::thread drain([&] { server_->Drain(absl::Seconds(20)); });
  const auto answer = client.Await(stream);
  EXPECT_EQ(answer.reset, 0u);
  EXPECT_EQ(answer.Trailer("x-end"), "1");
  client.socket().Close();
  drain.join();
}

TEST_F(WaitingSourceTest, ClientThatLeaves_EndsIt) {
  Start();
  {
    SocketClient client(server_->port());
    client.Send(Get("/wait"));
    ReceiveUntil(client, "more");
  }
  {
    Http2Client& client = Connect();
    const int32_t stream = client.Ask("GET", "/wait");
    EXPECT_TRUE(client.Until([&] { return client.answer(stream).body.starts_with("begin"); }));
    client.Cancel(stream);
  }
  while (server_->load().requests > 0) std::this_thread::yield();
}

TEST_F(WaitingSourceTest, IsNotCompressed) {
  Response response;
  response.stream = std::make_unique<WaitingSource>();
  CompressAnswer(response);
  EXPECT_FALSE(response.headers.Has("Content-Encoding"));
}

}  // namespace
}  // namespace zerotouch::http
