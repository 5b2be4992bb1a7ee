// SPDX-License-Identifier: Apache-2.0
// RFC 9113: what a server sends, and the limits that it sets.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/limits.h"
#include "support/http2_conformance.h"

namespace zerotouch::http::conformance {
namespace {

using Http2ServerConformanceTest = Http2ConformanceBase;

TEST_F(Http2ServerConformanceTest, Settings_AreAcknowledgedInOrder) {
  FrameClient& client = Connect();
  client.Send(Frame(kSettings, 0, 0) + Frame(kPing, 0, 0, "12345678") + Frame(kSettings, 0, 0));
  client.Send(Get());
  int acknowledged = 0;
  std::string pong;
  client.Until([&](const ReceivedFrame& frame) {
    if (frame.type == kSettings && frame.flags == kAck) {
      EXPECT_EQ(frame.payload, "");
      ++acknowledged;
    }
    if (frame.type == kPing) {
      EXPECT_EQ(frame.flags, kAck);
      pong = frame.payload;
    }
    return FrameClient::Ends(frame, 1);
  });
  EXPECT_EQ(acknowledged, 3);
  EXPECT_EQ(pong, "12345678");
}

TEST_F(Http2ServerConformanceTest, Windows_AreKeptByTheServer) {
  handler_.handle = [](Request) { return TextResponse(200, std::string(10, 'x')); };
  FrameClient& client = Connect(Setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0));
  const auto ping = [&](const std::string& mark) {
    client.Send(Frame(kPing, 0, 0, mark));
    return client.Until([](const ReceivedFrame& frame) { return frame.type == kPing; });
  };
  client.Send(Get());
  ASSERT_TRUE(client.Until([](const ReceivedFrame& frame) { return frame.type == kHeaders; }));
  ASSERT_TRUE(ping("00000001"));
  EXPECT_EQ(client.body[1], "");
  client.Send(Frame(kWindowUpdate, 0, 1, Number(1, 4)));
  ASSERT_TRUE(client.Until([](const ReceivedFrame& frame) { return frame.type == kData; }));
  ASSERT_TRUE(ping("00000002"));
  EXPECT_EQ(client.body[1].size(), 1u);
  // RFC 9113 section 6.9.2: the difference applies to open streams, below zero too.
  client.Send(Settings(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 3));
  ASSERT_TRUE(client.Until([](const ReceivedFrame& frame) { return frame.type == kData; }));
  ASSERT_TRUE(ping("00000003"));
  EXPECT_EQ(client.body[1].size(), 4u);
  client.Send(Settings(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1));
  client.Send(Frame(kWindowUpdate, 0, 1, Number(2, 4)));
  ASSERT_TRUE(ping("00000004"));
  EXPECT_EQ(client.body[1].size(), 4u);
  client.Send(Frame(kWindowUpdate, 0, 1, Number(100, 4)));
  EXPECT_TRUE(client.UntilEndOf(1));
  EXPECT_EQ(client.body[1].size(), 10u);
}

TEST_F(Http2ServerConformanceTest, WindowOfTheConnection_IsKeptByTheServer) {
  handler_.handle = [](Request) { return TextResponse(200, std::string(70'000, 'x')); };
  FrameClient& client = Connect(Setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 100'000));
  client.Send(Get());
  ASSERT_TRUE(client.Until([&](const ReceivedFrame&) { return client.body[1].size() >= 65'535; }));
  client.Send(Frame(kPing, 0, 0, "12345678"));
  ASSERT_TRUE(client.Until([](const ReceivedFrame& frame) { return frame.type == kPing; }));
  EXPECT_EQ(client.body[1].size(), 65'535u);
  client.Send(Frame(kWindowUpdate, 0, 0, Number(10'000, 4)));
  EXPECT_TRUE(client.UntilEndOf(1));
  EXPECT_EQ(client.body[1].size(), 70'000u);
}

TEST_F(Http2ServerConformanceTest, FramesOfTheServer_HaveTheClientsSize) {
  handler_.handle = [](Request) {
    Response response = TextResponse(200, std::string(60'000, 'x'));
    response.headers.Add("long", std::string(40'000, 'y'));
    return response;
  };
  for (const uint32_t limit : {16'384, 20'000}) {
    FrameClient& client = Connect(Setting(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, limit));
    test::SocketClient raw(server_->port());
    raw.Send(kPreface + Frame(kSettings, 0, 0, Setting(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, limit)) +
             Get());
    client.Finish();
    std::string bytes;
    size_t largest = 0;
    size_t body = 0;
    while (body < 60'000) {
      const std::string piece = raw.Receive();
      ASSERT_FALSE(piece.empty());
      bytes += piece;
      while (const auto frame = TakeFrame(bytes)) {
        largest = std::max(largest, frame->payload.size());
        if (frame->type == kData) body += frame->payload.size();
      }
    }
    EXPECT_LE(largest, limit);
    EXPECT_GT(largest, 16'000u);
  }
}

TEST_F(Http2ServerConformanceTest, HeaderTableSize_IsKeptByTheServer) {
  FrameClient& client = Connect(Setting(NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, 0));
  for (uint32_t stream = 1; stream <= 5; stream += 2) {
    client.Send(Get(stream));
    std::string block;
    ASSERT_TRUE(client.Until([&](const ReceivedFrame& frame) {
      if (frame.type == kHeaders) block = frame.payload;
      return FrameClient::Ends(frame, stream);
    }));
    // RFC 7541 section 4.2: the change is told before the first field.
    if (stream == 1) {
      EXPECT_EQ(block[0], '\x20');
    }
    // Without a table nothing in it can be named: indexes over 61.
    EXPECT_EQ(client.status[stream], "200");
    EXPECT_LT(static_cast<uint8_t>(block[stream == 1 ? 1 : 0]), 0x80 + 62);
  }
}

TEST_F(Http2ServerConformanceTest, StreamWindow_IsEnforced) {
  Gate leave;
  handler_.refuse = [&](Request&) {
    leave.Wait();  // until then the window is not opened
    return std::nullopt;
  };
  FrameClient& client = Connect();
  client.Send(Post());
  const std::string piece(16'000, 'x');
  for (int i = 0; i < 5; ++i) client.Send(Frame(kData, 0, 1, piece));
  ASSERT_TRUE(client.Until(
      [](const ReceivedFrame& frame) { return frame.type == kReset || frame.type == kGoAway; }));
  // RFC 9113 section 6.9.1: of the stream or of the connection.
  const uint32_t error = client.goaway.value_or(client.resets[1]);
  EXPECT_EQ(error, uint32_t{NGHTTP2_FLOW_CONTROL_ERROR});
  leave.Open();
  server_.reset();
}

TEST_F(Http2ServerConformanceTest, StreamsOverTheLimit_AreRefusedAsSuch) {
  Gate leave;
  handler_.handle = [&](Request request) {
    leave.Wait();
    return ScriptedHandler::Echo(request);
  };
  FrameClient& client = Connect();
  std::optional<uint32_t> limit;
  client.Until([&](const ReceivedFrame& frame) {
    if (frame.type != kSettings || frame.flags == kAck) return false;
    for (size_t at = 0; at + 6 <= frame.payload.size(); at += 6) {
      if (NumberIn(frame.payload, at, 2) == NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS) {
        limit = NumberIn(frame.payload, at + 2, 4);
      }
    }
    return true;
  });
  ASSERT_EQ(limit, limits::kHttp2Streams);
  client.Send(Frame(kSettings, kAck, 0));
  for (uint32_t i = 0; i <= *limit; ++i) client.Send(Get(2 * i + 1));
  EXPECT_TRUE(client.Until([](const ReceivedFrame& frame) { return frame.type == kGoAway; }));
  EXPECT_EQ(client.goaway, uint32_t{NGHTTP2_PROTOCOL_ERROR});
  leave.Open();
  server_.reset();
}

// RFC 9113 section 6.8: a client that says it goes away still gets its answers.
TEST_F(Http2ServerConformanceTest, GoAwayOfTheClient_LetsStreamsFinish) {
  FrameClient& client = Connect();
  client.Send(Post() + Frame(kGoAway, 0, 0, Number(0, 4) + Number(0xABCD, 4) + "why") + End());
  EXPECT_TRUE(client.UntilEndOf(1));
  EXPECT_EQ(client.status[1], "200");
}

TEST_F(Http2ServerConformanceTest, GoAwayOfTheServer_NamesTheLastStream) {
  FrameClient& client = Connect();
  client.Send(Get(1) + Get(3));
  client.UntilEndOf(3);
  client.Send(Frame(kPing, 0, 7, "12345678"));
  uint32_t last = 0;
  EXPECT_TRUE(client.Until([&](const ReceivedFrame& frame) {
    last = NumberIn(frame.payload, 0, 4);
    return frame.type == kGoAway;
  }));
  EXPECT_EQ(last, 3u);
  EXPECT_FALSE(client.Next().has_value());
}

}  // namespace
}  // namespace zerotouch::http::conformance
