// SPDX-License-Identifier: Apache-2.0
// Attacks by HTTP/2 clients, frame by frame. The server must refuse them and keep
// serving others.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "support/http2_client.h"
#include "support/server_test_base.h"

namespace zerotouch::http {
namespace {

using test::SocketClient;

constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
// GET / of host x, in HPACK.
constexpr char kGet[] = "\x82\x86\x84\x41\x01x";

enum Type : uint8_t {
  kData,
  kHeaders,
  kPriority,
  kReset,
  kSettings,
  kPush,
  kPing,
  kGoAway,
  kWindowUpdate,
  kContinuation
};

std::string Number(uint32_t value, int bytes) {
  std::string out;
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> shift) & 0xFF);
  }
  return out;
}

// A frame of RFC 9113 section 4.1.
std::string Frame(Type type, uint8_t flags, uint32_t stream, const std::string& payload) {
  return Number(static_cast<uint32_t>(payload.size()), 3) + static_cast<char>(type) +
         static_cast<char>(flags) + Number(stream, 4) + payload;
}

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
  static std::optional<uint32_t> GoAwayError(const std::string& frames) {
    size_t at = 0;
    while (at + 17 <= frames.size()) {
      const auto number = [&](size_t begin, size_t bytes) {
        uint32_t value = 0;
        for (size_t i = begin; i < begin + bytes; ++i) {
          value = (value << 8) | static_cast<unsigned char>(frames[at + i]);
        }
        return value;
      };
      if (frames[at + 3] == kGoAway) return number(13, 4);
      at += 9 + number(0, 3);
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
