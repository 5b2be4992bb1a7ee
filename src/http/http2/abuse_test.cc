// SPDX-License-Identifier: Apache-2.0
// Attacks by HTTP/2 clients, frame by frame. The server must refuse them and keep
// serving others.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "support/http2_client.h"
#include "support/http2_frames.h"
#include "support/server_test_base.h"

namespace zerotouch::http {
namespace {

using test::SocketClient;

using namespace test::frames;  // frames

class Http2AbuseTest : public ServerTestBase {
 protected:
  // Sends make(0), make(1), ... after the preface until the server closes. Returns
  // the server's bytes.
  template <class Make>
  std::string Flood(int count, Make make) {
    if (server_ == nullptr) Start();
    SocketClient client(server_->port());
    client.Send(kPreface + Frame(kSettings, 0, 0, ""));
    std::string out;
    for (int i = 0; i < count; ++i) {
      out += make(i);
      if (out.size() < 10'000) continue;
      if (!client.Send(out)) break;
      out.clear();
    }
    client.Send(out);
    client.FinishSending();
    return client.ReceiveAll();
  }

  // Returns the error code of the server's first GOAWAY.
  static std::optional<uint32_t> GoAwayError(std::string bytes) {
    while (const auto frame = TakeFrame(bytes)) {
      if (frame->type == kGoAway) return NumberIn(frame->payload, 4, 4);
    }
    return std::nullopt;
  }

  void ExpectWell() { EXPECT_EQ(Ask(test::Get("/")).status, 200); }
};

TEST_F(Http2AbuseTest, RapidReset_IsStopped) {
  const auto error = GoAwayError(Flood(3'000, [](int i) {
    const auto stream = static_cast<uint32_t>(2 * i + 1);
    return Frame(kHeaders, 5, stream, kGet) + Frame(kReset, 0, stream, Number(NGHTTP2_CANCEL, 4));
  }));
  EXPECT_EQ(error, uint32_t{NGHTTP2_INTERNAL_ERROR});
  ExpectWell();
}

TEST_F(Http2AbuseTest, Flood_IsStopped) {
  const std::string cases[] = {Frame(kPing, 0, 0, "12345678"),
                               Frame(kPing, 1, 0, "12345678"),
                               Frame(kSettings, 0, 0, ""),
                               Frame(kPriority, 0, 3, Number(0, 4) + "x"),
                               Frame(kWindowUpdate, 0, 0, Number(1, 4)),
                               Frame(kData, 0, 1, "")};
  for (const std::string& frame : cases) {
    const auto error = GoAwayError(Flood(5'000, [&](int i) {
      return i == 0 ? Frame(kHeaders, 4, 1, "\x83\x86\x84\x41\x01x") : frame;
    }));
    EXPECT_EQ(error, uint32_t{NGHTTP2_ENHANCE_YOUR_CALM}) << static_cast<int>(frame[3]);
    ExpectWell();
  }
}

TEST_F(Http2AbuseTest, ContinuationFlood_IsStopped) {
  const std::string answer = Flood(1'000, [](int i) {
    return i == 0 ? Frame(kHeaders, 1, 1, kGet) : Frame(kContinuation, 0, 1, "\x40\x01y\x01z");
  });
  EXPECT_EQ(answer.find("GET / "), std::string::npos);
  ExpectWell();
}

// A few bytes that HPACK expands to a very long header.
TEST_F(Http2AbuseTest, HeaderBomb_IsNotHeld) {
  options_.header_bytes = 4'000;
  const std::string stored = "\x40\x01y\x7f\xa1\x1e" + std::string(4'000, 'z');
  const std::string bomb = kGet + stored + std::string(8'000, '\xbe');
  Flood(1, [&](int) { return Frame(kHeaders, 5, 1, bomb); });
  ExpectWell();
}

TEST_F(Http2AbuseTest, StreamsOverTheLimit_AreRefused) {
  Gate leave;
  handler_.handle = [&](Request request) {
    if (request.protocol == Protocol::kHttp2) leave.Wait();
    return ScriptedHandler::Echo(request);
  };
  Start();
  {
    test::Http2Client client(server_->port());
    // The server's settings hold the limit.
    EXPECT_TRUE(client.Until([&] {
      client.Ping();
      return client.pongs() > 0;
    }));
    SocketClient raw(server_->port());
    raw.Send(kPreface + Frame(kSettings, 0, 0, ""));
    std::string out;
    for (uint32_t i = 0; i < 150; ++i) out += Frame(kHeaders, 5, 2 * i + 1, kGet);
    raw.Send(out);
    raw.FinishSending();
    leave.Open();
    raw.ReceiveAll();
  }
  ExpectWell();
  server_.reset();
}

TEST_F(Http2AbuseTest, ProtocolErrors_EndTheConnection) {
  for (const std::string& bytes :
       {Frame(kData, 0, 1, "stray"), Frame(kHeaders, 5, 2, kGet), Frame(kPush, 4, 1, "1234"),
        Frame(kHeaders, 5, 1, "\xff\xff\xff\xff\xff\xff"), std::string(100, '\xff'),
        Frame(kWindowUpdate, 0, 0, Number(0, 4)), Frame(kSettings, 0, 0, "123"),
        Frame(kContinuation, 4, 1, kGet), Frame(kPing, 0, 1, "12345678"),
        Frame(kHeaders, 5, 0, kGet), Frame(kWindowUpdate, 0, 0, Number(0x7FFFFFFF, 4))}) {
    if (server_ == nullptr) Start();
    SocketClient client(server_->port());
    client.Send(kPreface + Frame(kSettings, 0, 0, "") + bytes);
    const std::string answer = client.ReceiveAll();
    EXPECT_NE(answer, "");
    EXPECT_EQ(answer.find("GET / "), std::string::npos);
  }
  ExpectWell();
}

TEST_F(Http2AbuseTest, BadHeaders_NeverReachTheHandler) {
  handler_.handle = [](Request request) {
    EXPECT_NE(request.protocol, Protocol::kHttp2) << request.method << " " << request.target;
    return ScriptedHandler::Echo(request);
  };
  const std::string cases[] = {
      "\x82\x86\x41\x01x",          // no path
      "\x86\x84\x41\x01x",          // no method
      "\x82\x82\x86\x84\x41\x01x",  // two methods
      std::string(kGet) + std::string("\x40\x01"
                                      "A\x01z"),  // upper case
      std::string(kGet) + std::string("\x40\x0a"
                                      "connection\x05"
                                      "close"),
      std::string(kGet) + std::string("\x40\x01y\x03"
                                      "a\nb",
                                      7),    // a line break
      std::string("\x40\x01y\x01z") + kGet,  // pseudo-header too late
  };
  Start();
  for (const std::string& block : cases) {
    SocketClient client(server_->port());
    client.Send(kPreface + Frame(kSettings, 0, 0, "") + Frame(kHeaders, 5, 1, block));
    client.FinishSending();
    client.ReceiveAll();
  }
  ExpectWell();
}

}  // namespace
}  // namespace zerotouch::http
