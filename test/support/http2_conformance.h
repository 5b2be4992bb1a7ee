// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_HTTP2_CONFORMANCE_H_
#define ZEROTOUCH_TEST_SUPPORT_HTTP2_CONFORMANCE_H_

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/http2_frames.h"
#include "support/server_test_base.h"
#include "support/socket_client.h"

// Tables of what RFC 9113 (HTTP/2) and RFC 7541 (HPACK) demand of a server: the section,
// the bytes that a client sends, and what has to happen.
namespace zerotouch::http::conformance {

using namespace test::frames;

inline constexpr uint32_t kLastStream = 1'001;

struct Outcome {
  enum class Kind {
    kConnection,  // GOAWAY with the error, and the connection is closed
    kStream,      // RST_STREAM with the error; the connection goes on
    kAnswer,      // the stream is answered with the status; the connection goes on
    kNothing,     // the connection goes on
  };
  Kind kind;
  uint32_t error = 0;
  uint32_t stream = 1;
  std::string status = {};
};

inline Outcome ConnectionError(uint32_t error) { return {Outcome::Kind::kConnection, error}; }
inline Outcome StreamError(uint32_t error, uint32_t stream = 1) {
  return {Outcome::Kind::kStream, error, stream};
}
inline Outcome Answer(const std::string& status = "200", uint32_t stream = 1) {
  return {Outcome::Kind::kAnswer, 0, stream, status};
}
inline Outcome Nothing() { return {Outcome::Kind::kNothing}; }

struct Case {
  const char* section;
  const char* what;
  std::string bytes;
  Outcome outcome;
  std::string before = {};  // sent first; stream 1 is then over
};

// A client that reads frames and decodes the headers of answers.
class FrameClient {
 public:
  explicit FrameClient(uint16_t port) : socket_(port) { nghttp2_hd_inflate_new(&inflater_); }
  ~FrameClient() { nghttp2_hd_inflate_del(inflater_); }
  FrameClient(const FrameClient&) = delete;
  FrameClient& operator=(const FrameClient&) = delete;

  void Send(const std::string& bytes) { socket_.Send(bytes); }
  void Finish() { socket_.FinishSending(); }

  // Reads and notes the next frame. Returns nullopt at the end.
  std::optional<ReceivedFrame> Next() {
    std::optional<ReceivedFrame> frame;
    while (!(frame = TakeFrame(received_)).has_value()) {
      const std::string piece = socket_.Receive();
      if (piece.empty()) return std::nullopt;
      received_ += piece;
    }
    Note(*frame);
    return frame;
  }
  // Reads until `is_last` returns true for a frame. Returns false at the end.
  template <class Function>
  bool Until(Function is_last) {
    while (const auto frame = Next()) {
      if (is_last(*frame)) return true;
    }
    return false;
  }
  bool UntilEndOf(uint32_t stream) {
    return Until([stream](const ReceivedFrame& frame) { return Ends(frame, stream); });
  }
  static bool Ends(const ReceivedFrame& frame, uint32_t stream) {
    if (frame.stream != stream) return false;
    return frame.type == kReset ||
           ((frame.type == kHeaders || frame.type == kData) && (frame.flags & kEndStream) != 0);
  }

  std::optional<uint32_t> goaway;          // the error
  std::map<uint32_t, uint32_t> resets;     // errors by stream
  std::map<uint32_t, std::string> status;  // by stream
  std::map<uint32_t, std::string> body;    // by stream

 private:
  void Note(const ReceivedFrame& frame) {
    if (frame.type == kGoAway && !goaway.has_value()) goaway = NumberIn(frame.payload, 4, 4);
    if (frame.type == kReset) resets.emplace(frame.stream, NumberIn(frame.payload, 0, 4));
    if (frame.type == kData) body[frame.stream] += frame.payload;
    if (frame.type == kHeaders) Decode(frame);
  }
  void Decode(const ReceivedFrame& frame) {
    const auto* in = reinterpret_cast<const uint8_t*>(frame.payload.data());
    const uint8_t* const end = in + frame.payload.size();
    while (true) {
      nghttp2_nv field;
      int flags = 0;
      const ssize_t taken = nghttp2_hd_inflate_hd2(inflater_, &field, &flags, in,
                                                   static_cast<size_t>(end - in), /*in_final=*/1);
      ASSERT_GE(taken, 0);
      in += taken;
      if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
      const std::string name(reinterpret_cast<char*>(field.name), field.namelen);
      const std::string value(reinterpret_cast<char*>(field.value), field.valuelen);
      if (name == ":status") status[frame.stream] = value;
    }
    nghttp2_hd_inflate_end_headers(inflater_);
  }

  test::SocketClient socket_;
  std::string received_;
  nghttp2_hd_inflater* inflater_ = nullptr;
};

class Http2ConformanceBase : public ServerTestBase {
 protected:
  Http2ConformanceBase() { options_.header_bytes = 100'000; }

  // Returns a client that has sent its preface and these settings.
  FrameClient& Connect(const std::string& settings = "") {
    if (server_ == nullptr) Start();
    client_ = std::make_unique<FrameClient>(server_->port());
    client_->Send(kPreface + Frame(kSettings, 0, 0, settings));
    return *client_;
  }

  void Check(const std::vector<Case>& cases) {
    for (const Case& one : cases) {
      SCOPED_TRACE(std::string(one.section) + ": " + one.what);
      FrameClient& client = Connect();
      if (!one.before.empty()) {
        client.Send(one.before);
        ASSERT_TRUE(client.UntilEndOf(1));
        client.resets.clear();
      }
      client.Send(one.bytes);
      Check(one.outcome, client);
    }
  }

 private:
  static void Check(const Outcome& expected, FrameClient& client) {
    if (expected.kind == Outcome::Kind::kConnection) {
      client.Finish();
      while (client.Next().has_value()) {
      }
      EXPECT_EQ(client.goaway, std::optional(expected.error));
      return;
    }
    if (expected.kind == Outcome::Kind::kAnswer) {
      EXPECT_TRUE(client.UntilEndOf(expected.stream));
    }
    // The connection goes on.
    client.Send(Frame(kHeaders, kEndHeaders | kEndStream, kLastStream, kGet));
    EXPECT_TRUE(client.UntilEndOf(kLastStream));
    EXPECT_EQ(client.status[kLastStream], "200");
    EXPECT_EQ(client.goaway, std::nullopt);
    std::map<uint32_t, uint32_t> resets;
    if (expected.kind == Outcome::Kind::kStream) resets[expected.stream] = expected.error;
    EXPECT_EQ(client.resets, resets);
    if (expected.kind == Outcome::Kind::kAnswer) {
      EXPECT_EQ(client.status[expected.stream], expected.status);
    }
  }

  std::unique_ptr<FrameClient> client_;
};

// A request that ends, and one whose body follows.
inline std::string Get(uint32_t stream = 1, const std::string& more = "") {
  return Frame(kHeaders, kEndHeaders | kEndStream, stream, kGet + more);
}
inline std::string Post(uint32_t stream = 1, const std::string& more = "") {
  return Frame(kHeaders, kEndHeaders, stream, kPost + more);
}
inline std::string End(uint32_t stream = 1) { return Frame(kData, kEndStream, stream, "end"); }
inline std::string Setting(uint16_t id, uint32_t value) { return Number(id, 2) + Number(value, 4); }
inline std::string Settings(uint16_t id, uint32_t value) {
  return Frame(kSettings, 0, 0, Setting(id, value));
}

}  // namespace zerotouch::http::conformance

#endif  // ZEROTOUCH_TEST_SUPPORT_HTTP2_CONFORMANCE_H_
