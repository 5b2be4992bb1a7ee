// SPDX-License-Identifier: Apache-2.0
// RFC 9113: frames, streams, header compression and windows.

#include "support/http2_conformance.h"

namespace zerotouch::http::conformance {
namespace {

using Http2ConformanceTest = Http2ConformanceBase;

const std::string kZeros(200, '\0');

TEST_F(Http2ConformanceTest, Preface) {
  Start();
  const std::string magic = kPreface;
  for (const std::string& bytes :
       {magic + Get(), magic + Frame(kPing, 0, 0, "12345678"), magic + Frame(kSettings, kAck, 0),
        magic + Frame(kWindowUpdate, 0, 0, Number(1, 4)), magic + "GET / HTTP/1.1\r\n\r\n"}) {
    FrameClient client(server_->port());
    client.Send(bytes);
    client.Finish();
    std::optional<ReceivedFrame> first = client.Next();
    ASSERT_TRUE(first.has_value());
    // RFC 9113 section 3.4: the first frame of a server is SETTINGS.
    EXPECT_EQ(first->type, kSettings);
    EXPECT_EQ(first->flags & kAck, 0);
    while (client.Next().has_value()) {
    }
    EXPECT_EQ(client.goaway, uint32_t{NGHTTP2_PROTOCOL_ERROR});
    EXPECT_TRUE(client.status.empty());
  }
}

TEST_F(Http2ConformanceTest, FrameFormat) {
  const std::string long_payload(16'385, 'x');
  Check({
      {"4.1", "unknown type on stream 0", Frame(0x16, 0, 0, "12345678"), Nothing()},
      {"4.1", "unknown type on a stream", Get() + Frame(0xFF, 0xFF, 1, "x"), Answer()},
      {"4.1", "unknown type on an idle stream", Frame(0x20, 0, 5, "x") + Get(), Answer()},
      {"4.1", "undefined flags", Frame(kPing, 0xFE, 0, "12345678") + Get(), Answer()},
      {"4.1", "reserved bit of the stream", Frame(kPing, 0, 0x80000000, "12345678") + Get(),
       Answer()},
      {"4.1", "reserved bit of a request",
       Frame(kHeaders, kEndHeaders | kEndStream, 0x80000001, kGet), Answer()},
      {"4.2", "DATA of the largest size", Post() + Frame(kData, 1, 1, std::string(16'384, 'x')),
       Answer()},
      {"4.2", "DATA too long", Post() + Frame(kData, 1, 1, long_payload),
       ConnectionError(NGHTTP2_FRAME_SIZE_ERROR)},
      {"4.2", "HEADERS too long", Frame(kHeaders, 5, 1, kGet + long_payload),
       ConnectionError(NGHTTP2_FRAME_SIZE_ERROR)},
      {"4.2", "CONTINUATION too long",
       Frame(kHeaders, kEndStream, 1, kGet) + Frame(kContinuation, 4, 1, long_payload),
       ConnectionError(NGHTTP2_FRAME_SIZE_ERROR)},
      {"4.2", "unknown type too long", Frame(0x20, 0, 0, long_payload),
       ConnectionError(NGHTTP2_FRAME_SIZE_ERROR)},
      {"5.5", "unknown type within a header block",
       Frame(kHeaders, kEndStream, 1, kGet) + Frame(0x20, 0, 1, "x"),
       ConnectionError(NGHTTP2_PROTOCOL_ERROR)},
  });
}

TEST_F(Http2ConformanceTest, HeaderCompression) {
  const auto get = [](const std::string& more) { return Get(1, more); };
  const auto error = ConnectionError(NGHTTP2_COMPRESSION_ERROR);
  Check({
      {"4.3", "block that is cut short", get("\x40\x01"), error},
      {"4.3", "block that is cut short at the end of CONTINUATION",
       Frame(kHeaders, kEndStream, 1, kGet) + Frame(kContinuation, kEndHeaders, 1,
                                                    "\x40\x05"
                                                    "a"),
       error},
      {"4.3", "broken block of trailers", Post() + Frame(kHeaders, 5, 1, "\x80"), error},
      {"4.3", "broken block of a stream that was reset",
       Post() + Frame(kReset, 0, 1, Number(NGHTTP2_CANCEL, 4)) + Get(3, "\x80"), error},
      {"7541 2.3.3", "index 0", get("\x80"), error},
      {"7541 2.3.3", "index past the tables", get("\xC6"), error},
      {"7541 5.1", "integer that is too large", get("\xFF\xFF\xFF\xFF\xFF\xFF\x7F"), error},
      {"7541 5.2", "Huffman padding of 8 bits", get(std::string("\0\x01y\x82\x1F\xFF", 6)), error},
      {"7541 5.2", "Huffman padding that is not EOS", get(std::string("\0\x01y\x81\x18", 5)),
       error},
      {"7541 5.2", "Huffman text with EOS", get(std::string("\0\x01y\x85\xFF\xFF\xFF\xFF\xFF", 9)),
       error},
      {"7541 4.2", "table size after a field", get("\x20"), error},
      {"7541 6.3", "table size over the limit",
       Frame(kHeaders, 5, 1, std::string("\x3F\xE2\x1F") + kGet), error},
      {"7541 6.3", "table size up to the limit",
       Frame(kHeaders, 5, 1, std::string("\x3F\xE1\x1F") + kGet), Answer()},
      {"7541 4.4", "field larger than the table",
       Frame(kHeaders, 5, 1, std::string("\x20") + kGet + "\x40\x01y\x01z"), Answer()},
      {"4.3", "state of a refused block is kept",
       Get(1, std::string("\x40\x01"
                          "A\x01z")) +
           Frame(kHeaders, 5, 3, std::string("\x82\x86\x84\xBF")),
       StreamError(NGHTTP2_PROTOCOL_ERROR)},
  });
}

TEST_F(Http2ConformanceTest, StreamStates) {
  const auto protocol_error = ConnectionError(NGHTTP2_PROTOCOL_ERROR);
  // Section 5.4.1: the error of a stream may end the connection.
  const auto closed = ConnectionError(NGHTTP2_STREAM_CLOSED);
  const std::string reset = Frame(kReset, 0, 1, Number(NGHTTP2_CANCEL, 4));
  Check({
      {"5.1 idle", "DATA", End(), protocol_error},
      {"5.1 idle", "RST_STREAM", reset, protocol_error},
      {"5.1 idle", "WINDOW_UPDATE", Frame(kWindowUpdate, 0, 1, Number(1, 4)), protocol_error},
      {"5.1 idle", "CONTINUATION", Frame(kContinuation, 4, 1, kGet), protocol_error},
      {"5.1 idle", "PRIORITY", Frame(kPriority, 0, 1, Number(0, 5)) + Get(), Answer()},
      {"5.1 half-closed (remote)", "DATA", Get() + End(), closed},
      {"5.1 half-closed (remote)", "HEADERS", Get() + Get(), closed},
      {"5.1 half-closed (remote)", "PRIORITY", Get() + Frame(kPriority, 0, 1, Number(0, 5)),
       Answer()},
      {"5.1 half-closed (remote)", "WINDOW_UPDATE",
       Get() + Frame(kWindowUpdate, 0, 1, Number(1, 4)), Answer()},
      {"5.1 closed", "PRIORITY", Frame(kPriority, 0, 1, Number(0, 5)), Nothing(), Get()},
      {"5.1 closed", "WINDOW_UPDATE", Frame(kWindowUpdate, 0, 1, Number(1, 4)), Nothing(), Get()},
      {"5.1 closed", "RST_STREAM", reset, Nothing(), Get()},
      {"5.1.1", "even stream", Get(2), protocol_error},
      {"5.1.1", "stream lower than a used one", Get(5) + Get(3), protocol_error},
      {"5.1.1", "streams that are skipped are closed",
       Get(5) + Frame(kWindowUpdate, 0, 3, Number(1, 4)), Answer("200", 5)},
  });
}

// Frames on a stream that is over may be ignored, but the headers in them count for the
// compression of later ones.
TEST_F(Http2ConformanceTest, ClosedStreams) {
  const std::string reset = Post() + Frame(kReset, 0, 1, Number(NGHTTP2_CANCEL, 4));
  const std::string with_new_field = std::string(kGet) + "\x40\x01z\x01z";
  const std::string uses_it = Frame(kHeaders, 5, 3, "\x82\x86\x84\xBF\xBE");
  Check({
      {"5.1 closed", "HEADERS after the answer", Get(), Nothing(), Get()},
      {"5.1 closed", "DATA after the answer", End(), Nothing(), Get()},
      {"5.1 closed", "PRIORITY after the answer", Frame(kPriority, 0, 1, Number(0, 5)), Nothing(),
       Get()},
      {"5.1 closed", "CONTINUATION after the answer", Frame(kContinuation, 4, 1, kGet),
       ConnectionError(NGHTTP2_PROTOCOL_ERROR), Get()},
      {"5.1 closed", "HEADERS after a reset", reset + Get(), Nothing()},
      {"5.1 closed", "DATA after a reset", reset + End(), Nothing()},
      {"5.1 closed", "headers that are ignored are decoded",
       reset + Frame(kHeaders, 5, 1, with_new_field) + uses_it, Answer("200", 3)},
  });
}

TEST_F(Http2ConformanceTest, Data) {
  Check({
      {"6.1", "stream 0", Frame(kData, 0, 0, "x"), ConnectionError(NGHTTP2_PROTOCOL_ERROR)},
      {"6.1", "padding",
       Post() + Frame(kData, kEndStream | kPadded, 1, "\x03xx" + kZeros.substr(0, 3)), Answer()},
      {"6.1", "padding only",
       Post() + Frame(kData, kEndStream | kPadded, 1, "\x03" + kZeros.substr(0, 3)), Answer()},
      {"6.1", "padding as long as the payload", Post() + Frame(kData, kPadded, 1, "\x03xx"),
       ConnectionError(NGHTTP2_PROTOCOL_ERROR)},
      {"6.1", "padding longer than the payload", Post() + Frame(kData, kPadded, 1, "\xFFxx"),
       ConnectionError(NGHTTP2_PROTOCOL_ERROR)},
      {"6.1", "padded without a length", Post() + Frame(kData, kPadded, 1, ""),
       ConnectionError(NGHTTP2_FRAME_SIZE_ERROR)},
  });
}

TEST_F(Http2ConformanceTest, Headers) {
  const auto protocol_error = ConnectionError(NGHTTP2_PROTOCOL_ERROR);
  const std::string begun = Frame(kHeaders, kEndStream, 1, kGet);
  Check({
      {"6.2", "stream 0", Frame(kHeaders, 5, 0, kGet), protocol_error},
      {"6.2", "padding",
       Frame(kHeaders, 5 | kPadded, 1, "\x04" + std::string(kGet) + kZeros.substr(0, 4)), Answer()},
      {"6.2", "padding longer than the payload",
       Frame(kHeaders, 5 | kPadded, 1, "\xFF" + std::string(kGet)), protocol_error},
      {"6.2", "padded without a length", Frame(kHeaders, 5 | kPadded, 1, ""),
       ConnectionError(NGHTTP2_FRAME_SIZE_ERROR)},
      {"6.2", "priority fields", Frame(kHeaders, 5 | kPrioritized, 1, Number(3, 4) + "\x10" + kGet),
       Answer()},
      {"6.2", "priority fields cut short", Frame(kHeaders, 5 | kPrioritized, 1, "123"),
       ConnectionError(NGHTTP2_FRAME_SIZE_ERROR)},
      {"6.2", "DATA within a header block", begun + Frame(kData, 0, 1, "x"), protocol_error},
      {"6.2", "HEADERS within a header block", begun + Get(3), protocol_error},
      {"6.2", "PRIORITY within a header block", begun + Frame(kPriority, 0, 1, Number(0, 5)),
       protocol_error},
      {"6.2", "PING within a header block", begun + Frame(kPing, 0, 0, "12345678"), protocol_error},
      {"6.2", "SETTINGS within a header block", begun + Frame(kSettings, 0, 0), protocol_error},
      {"6.10", "CONTINUATION", begun + Frame(kContinuation, kEndHeaders, 1, Field("a", "b")),
       Answer()},
      {"6.10", "empty CONTINUATION", begun + Frame(kContinuation, kEndHeaders, 1), Answer()},
      {"6.10", "many CONTINUATIONs, cut within a field",
       Frame(kHeaders, kEndStream, 1, "\x82") + Frame(kContinuation, 0, 1, "\x86\x84\x41") +
           Frame(kContinuation, 0, 1, "\x01") + Frame(kContinuation, kEndHeaders, 1, "x"),
       Answer()},
      {"6.10", "CONTINUATION on stream 0", begun + Frame(kContinuation, 4, 0, ""), protocol_error},
      {"6.10", "CONTINUATION on another stream", begun + Frame(kContinuation, 4, 3, ""),
       protocol_error},
      {"6.10", "CONTINUATION after END_HEADERS",
       Get() + Frame(kContinuation, 4, 1, Field("a", "b")), protocol_error},
      {"6.10", "CONTINUATION after DATA",
       Post() + Frame(kData, 0, 1, "x") + Frame(kContinuation, 4, 1, ""), protocol_error},
  });
}

TEST_F(Http2ConformanceTest, PriorityAndReset) {
  const auto protocol_error = ConnectionError(NGHTTP2_PROTOCOL_ERROR);
  const auto size_error = ConnectionError(NGHTTP2_FRAME_SIZE_ERROR);
  Check({
      {"6.3", "PRIORITY on stream 0", Frame(kPriority, 0, 0, Number(0, 5)), protocol_error},
      {"6.3", "PRIORITY of 4 bytes", Post() + Frame(kPriority, 0, 1, Number(0, 4)),
       size_error},  // RFC 9113 allows to end the connection for an error of a stream
      {"6.4", "RST_STREAM", Post() + Frame(kReset, 0, 1, Number(NGHTTP2_CANCEL, 4)), Nothing()},
      {"6.4", "RST_STREAM with an unknown error", Post() + Frame(kReset, 0, 1, Number(0xFFFF, 4)),
       Nothing()},
      {"6.4", "RST_STREAM on stream 0", Frame(kReset, 0, 0, Number(8, 4)), protocol_error},
      {"6.4", "RST_STREAM of 3 bytes", Post() + Frame(kReset, 0, 1, Number(8, 3)), size_error},
      {"6.4", "RST_STREAM of 5 bytes", Post() + Frame(kReset, 0, 1, Number(8, 5)), size_error},
      {"6.6", "PUSH_PROMISE", Frame(kPush, kEndHeaders, 1, Number(2, 4) + kGet), protocol_error},
      {"6.6", "PUSH_PROMISE on a stream",
       Post() + Frame(kPush, kEndHeaders, 1, Number(2, 4) + kGet), protocol_error},
  });
}

TEST_F(Http2ConformanceTest, SettingsFrames) {
  const auto protocol_error = ConnectionError(NGHTTP2_PROTOCOL_ERROR);
  const auto size_error = ConnectionError(NGHTTP2_FRAME_SIZE_ERROR);
  Check({
      {"6.5", "ACK with a payload", Frame(kSettings, kAck, 0, Setting(1, 1)), size_error},
      {"6.5", "on a stream", Get() + Frame(kSettings, 0, 1), protocol_error},
      {"6.5", "of 5 bytes", Frame(kSettings, 0, 0, "12345"), size_error},
      {"6.5", "of 7 bytes", Frame(kSettings, 0, 0, "1234567"), size_error},
      {"6.5.2", "ENABLE_PUSH of 2", Settings(NGHTTP2_SETTINGS_ENABLE_PUSH, 2), protocol_error},
      {"6.5.2", "INITIAL_WINDOW_SIZE of 2^31",
       Settings(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0x80000000),
       ConnectionError(NGHTTP2_FLOW_CONTROL_ERROR)},
      {"6.5.2", "INITIAL_WINDOW_SIZE of 2^31-1",
       Settings(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0x7FFFFFFF) + Get(), Answer()},
      {"6.5.2", "MAX_FRAME_SIZE of 2^14-1", Settings(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, 16'383),
       protocol_error},
      {"6.5.2", "MAX_FRAME_SIZE of 2^24", Settings(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, 1 << 24),
       protocol_error},
      {"6.5.2", "MAX_FRAME_SIZE of 2^24-1",
       Settings(NGHTTP2_SETTINGS_MAX_FRAME_SIZE, (1 << 24) - 1) + Get(), Answer()},
      {"6.5.2", "unknown setting", Settings(0xFFFF, 7) + Get(), Answer()},
      {"6.5.3", "the last of equal settings counts",
       Frame(kSettings, 0, 0,
             Setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0) +
                 Setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 100)) +
           Get(),
       Answer()},
      {"6.5", "ACK that was not asked for", Frame(kSettings, kAck, 0) + Get(), Answer()},
  });
}

TEST_F(Http2ConformanceTest, PingAndGoAway) {
  const auto protocol_error = ConnectionError(NGHTTP2_PROTOCOL_ERROR);
  const auto size_error = ConnectionError(NGHTTP2_FRAME_SIZE_ERROR);
  Check({
      {"6.7", "PING on a stream", Get() + Frame(kPing, 0, 1, "12345678"), protocol_error},
      {"6.7", "PING of 7 bytes", Frame(kPing, 0, 0, "1234567"), size_error},
      {"6.7", "PING of 9 bytes", Frame(kPing, 0, 0, "123456789"), size_error},
      {"6.7", "ACK of 6 bytes", Frame(kPing, kAck, 0, "123456"), size_error},
      {"6.7", "ACK that was not asked for", Frame(kPing, kAck, 0, "12345678") + Get(), Answer()},
      {"6.8", "GOAWAY on a stream", Get() + Frame(kGoAway, 0, 1, Number(0, 8)), protocol_error},
      {"6.8", "GOAWAY of 7 bytes", Frame(kGoAway, 0, 0, Number(0, 7)), size_error},
  });
}

TEST_F(Http2ConformanceTest, WindowUpdates) {
  const auto update = [](uint32_t stream, uint32_t bytes) {
    return Frame(kWindowUpdate, 0, stream, Number(bytes, 4));
  };
  const auto protocol_error = ConnectionError(NGHTTP2_PROTOCOL_ERROR);
  const auto flow_error = ConnectionError(NGHTTP2_FLOW_CONTROL_ERROR);
  Check({
      {"6.9", "0 for the connection", update(0, 0), protocol_error},
      {"6.9", "0 for a stream", Post() + update(1, 0), protocol_error},
      {"6.9", "of 3 bytes", Frame(kWindowUpdate, 0, 0, "123"),
       ConnectionError(NGHTTP2_FRAME_SIZE_ERROR)},
      {"6.9", "of 5 bytes", Frame(kWindowUpdate, 0, 0, "12345"),
       ConnectionError(NGHTTP2_FRAME_SIZE_ERROR)},
      {"6.9", "reserved bit", Post() + update(1, 0x80000001) + End(), Answer()},
      {"6.9.1", "window of the connection over 2^31-1", update(0, 0x7FFFFFFF), flow_error},
      {"6.9.1", "window of the connection of 2^31-1", update(0, 0x7FFFFFFF - 65'535) + Get(),
       Answer()},
      {"6.9.1", "window of a stream over 2^31-1", Post() + update(1, 0x7FFFFFFF), flow_error},
      {"6.9.2", "INITIAL_WINDOW_SIZE makes a window exceed 2^31-1",
       Post() + update(1, 0x7FFFFFFF - 65'535) +
           Settings(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 65'536),
       flow_error},
  });
}

}  // namespace
}  // namespace zerotouch::http::conformance
