// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_FRAME_SCANNER_H_
#define ZEROTOUCH_HTTP_HTTP2_FRAME_SCANNER_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace zerotouch::http::http2 {

// Finds the frames in the bytes that a client sends (RFC 9113 section 4.1), also those
// of unknown types, which nghttp2 does not report. Not thread-safe.
class FrameScanner {
 public:
  struct Frame {
    uint8_t type;
    uint8_t flags;
    uint32_t stream;
    size_t bytes;    // of its payload
    size_t padding;  // of these; known for DATA only
  };

  // Calls `on_frame` for each frame whose head is complete with these bytes, until it
  // returns false. Returns how many of the bytes come before the last frame then, else
  // all; do not call it again after that.
  template <class Function>
  size_t Scan(std::string_view bytes, Function on_frame) {
    const size_t all = bytes.size();
    size_t begin = 0;  // of the frame
    while (!bytes.empty()) {
      if (skip_ > 0) {
        const size_t skipped = std::min(skip_, bytes.size());
        skip_ -= skipped;
        bytes.remove_prefix(skipped);
        continue;
      }
      if (have_ == 0) begin = all - bytes.size();
      head_[have_++] = static_cast<uint8_t>(bytes.front());
      bytes.remove_prefix(1);
      if (have_ < kHeadBytes) continue;
      const size_t payload = (size_t{head_[0]} << 16) | (size_t{head_[1]} << 8) | head_[2];
      const bool padded = head_[3] == kData && (head_[4] & kPadded) != 0 && payload > 0;
      // The first byte of a padded payload is the length of its padding.
      if (padded && have_ == kHeadBytes) continue;
      const size_t padding = padded ? size_t{1} + head_[kHeadBytes] : 0;
      const Frame frame{head_[3], head_[4], StreamInHead(), payload, std::min(padding, payload)};
      if (!on_frame(frame)) return begin;
      skip_ = padded ? payload - 1 : payload;
      have_ = 0;
    }
    return all;
  }

 private:
  static constexpr size_t kPrefaceBytes = 24;
  static constexpr size_t kHeadBytes = 9;
  static constexpr uint8_t kData = 0;
  static constexpr uint8_t kPadded = 8;

  uint32_t StreamInHead() const {
    return (uint32_t{head_[5]} & 0x7F) << 24 | uint32_t{head_[6]} << 16 | uint32_t{head_[7]} << 8 |
           head_[8];
  }

  size_t skip_ = kPrefaceBytes;
  std::array<uint8_t, kHeadBytes + 1> head_ = {};
  size_t have_ = 0;
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_FRAME_SCANNER_H_
