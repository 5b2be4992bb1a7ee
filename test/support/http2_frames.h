// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_HTTP2_FRAMES_H_
#define ZEROTOUCH_TEST_SUPPORT_HTTP2_FRAMES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Frames of RFC 9113, byte by byte, for tests that send wrong ones.
namespace zerotouch::test::frames {

inline constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
// The fields of GET / and POST / of host x, in HPACK.
inline constexpr char kGet[] = "\x82\x86\x84\x41\x01x";
inline constexpr char kPost[] = "\x83\x86\x84\x41\x01x";

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

enum Flag : uint8_t {
  kAck = 1,
  kEndStream = 1,
  kEndHeaders = 4,
  kPadded = 8,
  kPrioritized = 0x20,
};

// Returns the low `bytes` bytes of `value`, the highest first.
inline std::string Number(uint32_t value, int bytes) {
  std::string out;
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> shift) & 0xFF);
  }
  return out;
}

// Returns a frame (RFC 9113 section 4.1). `type` may be unknown.
inline std::string Frame(uint8_t type, uint8_t flags, uint32_t stream,
                         std::string_view payload = "") {
  return Number(static_cast<uint32_t>(payload.size()), 3) + static_cast<char>(type) +
         static_cast<char>(flags) + Number(stream, 4) + std::string(payload);
}

// Returns a field that is not indexed, in HPACK (RFC 7541 section 6.2.2).
inline std::string Field(std::string_view name, std::string_view value) {
  const auto text = [](std::string_view of) {
    std::string out;
    if (of.size() < 127) return out + static_cast<char>(of.size()) + std::string(of);
    out += '\x7F';
    size_t rest = of.size() - 127;
    for (; rest >= 128; rest >>= 7) out += static_cast<char>(0x80 | (rest & 0x7F));
    return out + static_cast<char>(rest) + std::string(of);
  };
  return std::string(1, '\0') + text(name) + text(value);
}

struct ReceivedFrame {
  uint8_t type = 0;
  uint8_t flags = 0;
  uint32_t stream = 0;
  std::string payload;
};

// Returns the number in the bytes from `begin`, of which the first is the highest.
inline uint32_t NumberIn(std::string_view text, size_t begin, size_t bytes) {
  uint32_t value = 0;
  for (const char c : text.substr(begin, bytes)) {
    value = (value << 8) | static_cast<unsigned char>(c);
  }
  return value;
}

// Takes the first frame off `bytes`. Returns nullopt if it is incomplete.
inline std::optional<ReceivedFrame> TakeFrame(std::string& bytes) {
  constexpr size_t kHeadBytes = 9;
  if (bytes.size() < kHeadBytes) return std::nullopt;
  const size_t size = NumberIn(bytes, 0, 3);
  if (bytes.size() < kHeadBytes + size) return std::nullopt;
  ReceivedFrame frame{.type = static_cast<uint8_t>(bytes[3]),
                      .flags = static_cast<uint8_t>(bytes[4]),
                      .stream = NumberIn(bytes, 5, 4),
                      .payload = bytes.substr(kHeadBytes, size)};
  bytes.erase(0, kHeadBytes + size);
  return frame;
}

}  // namespace zerotouch::test::frames

#endif  // ZEROTOUCH_TEST_SUPPORT_HTTP2_FRAMES_H_
