// SPDX-License-Identifier: Apache-2.0
// The memory of streamed answers that their clients do not take.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/content_coding.h"
#include "http/server.h"
#include "support/http2_test_base.h"
#include "support/server_test_base.h"

namespace zerotouch::http {
namespace {

using test::Get;
using test::Http2Client;
using test::Reader;
using test::ReceivedResponse;
using test::SocketClient;

// A body that never ends, in pieces of this size.
class Torrent final : public BodySource {
 public:
  explicit Torrent(size_t piece_bytes) : piece_bytes_(piece_bytes) {}
  absl::StatusOr<bool> Next(std::string& out) override {
    out.append(piece_bytes_, 'x');
    return true;
  }

 private:
  const size_t piece_bytes_;
};

// Answers /torrent with a stream that never ends, for the account of the query.
class AnswerMemoryTest : public Http2TestBase {
 protected:
  AnswerMemoryTest() {
    handler_.handle = [this](const Request& request) {
      if (!request.target.starts_with("/torrent")) return ScriptedHandler::Echo(request);
      Response response;
      response.account = request.target;
      response.stream = std::make_unique<Torrent>(piece_bytes_);
      response.refusal = std::make_unique<Response>(TextResponse(429, "in the caller's form"));
      return response;
    };
    options_.admission.payer_bytes = 3 * limits::kStreamedAnswerBytes + 4'096;
  }
  size_t piece_bytes_ = 30'000;
};

TEST_F(AnswerMemoryTest, StreamsThatNobodyReads_CountForTheirAccount) {
  Start();
  std::vector<std::unique_ptr<SocketClient>> stalled;
  for (int i = 0; i < 3; ++i) {
    stalled.push_back(std::make_unique<SocketClient>(server_->port(), 4'096));
    stalled.back()->Send(Get("/torrent"));
    EXPECT_NE(stalled.back()->Receive(), "");
  }
  const ReceivedResponse refused = Ask(Get("/torrent"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.body, "in the caller's form");
  SocketClient other(server_->port(), 4'096);
  other.Send(Get("/torrent?other"));
  EXPECT_TRUE(other.Receive().starts_with("HTTP/1.1 200 OK")) << "another account has its share";
  stalled.pop_back();
  std::optional<std::string> again;
  do {
    SocketClient client(server_->port(), 4'096);
    client.Send(Get("/torrent"));
    again = client.Receive();
  } while (!again->starts_with("HTTP/1.1 200 OK"));
}

TEST_F(AnswerMemoryTest, StreamsOfHttp2ThatNobodyReads_CountForTheirAccount) {
  Http2Client& client = Connect();
  client.SetReading(false);
  for (int i = 0; i < 3; ++i) {
    const int32_t stream = client.Ask("GET", "/torrent");
    EXPECT_TRUE(client.Until([&] { return client.answer(stream).status == 200; }));
  }
  const Http2Client::Answer refused = client.Get("/torrent");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.body, "in the caller's form");
}

TEST_F(AnswerMemoryTest, PieceThatExceedsTheShare_CutsTheAnswer) {
  piece_bytes_ = 20'000'000;
  Start();
  SocketClient client(server_->port(), 4'096);
  client.Send(Get("/torrent"));
  const std::string received = client.ReceiveAll();
  EXPECT_TRUE(received.starts_with("HTTP/1.1 200 OK"));
  EXPECT_LT(received.size(), piece_bytes_);
}

TEST_F(AnswerMemoryTest, CompressedStream_CountsItsCompressor) {
  Response response;
  response.stream = std::make_unique<Torrent>(1);
  CompressAnswer(response);
  EXPECT_GT(response.stream->HeldBytes(), limits::kStreamedAnswerBytes);
}

}  // namespace
}  // namespace zerotouch::http
