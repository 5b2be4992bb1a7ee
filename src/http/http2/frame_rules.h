// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_FRAME_RULES_H_
#define ZEROTOUCH_HTTP_HTTP2_FRAME_RULES_H_

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "http/http2/frame_scanner.h"

namespace zerotouch::http::http2 {

// Checks the frames of a client by the rules of RFC 9113 that nghttp2 does not enforce.
// Not thread-safe.
class FrameRules {
 public:
  // Returns the error of the connection that the next frame is, or nullopt.
  std::optional<nghttp2_error_code> Check(const FrameScanner::Frame& frame) {
    // Section 3.4, before nghttp2 looks at the size.
    if (!std::exchange(begun_, true) && frame.type != NGHTTP2_SETTINGS) {
      return NGHTTP2_PROTOCOL_ERROR;
    }
    // Section 4.2; nghttp2 accepts a longer CONTINUATION.
    if (frame.bytes > kLongestFrame || frame.bytes < ShortestOf(frame)) {
      return NGHTTP2_FRAME_SIZE_ERROR;
    }
    // Section 6.3.
    if (frame.type == NGHTTP2_PRIORITY && frame.stream == 0) return NGHTTP2_PROTOCOL_ERROR;
    if (frame.type == NGHTTP2_HEADERS && !Open(frame.stream)) return NGHTTP2_PROTOCOL_ERROR;
    return std::nullopt;
  }

 private:
  // The size of frames that a server allows unless it says otherwise.
  static constexpr size_t kLongestFrame = size_t{16} << 10;

  // Returns the bytes that the flags of the frame ask for (sections 6.1 and 6.2).
  static size_t ShortestOf(const FrameScanner::Frame& frame) {
    size_t bytes = 0;
    if (frame.type != NGHTTP2_DATA && frame.type != NGHTTP2_HEADERS) return bytes;
    if ((frame.flags & NGHTTP2_FLAG_PADDED) != 0) bytes += 1;
    if (frame.type == NGHTTP2_HEADERS && (frame.flags & NGHTTP2_FLAG_PRIORITY) != 0) bytes += 5;
    return bytes;
  }

  // Notes a stream. Returns false if it cannot be opened any more, because the client has
  // skipped it (section 5.1.1): nghttp2 ignores it, as it does trailers of a stream that
  // was reset. Remembers only the streams that were skipped last.
  bool Open(uint32_t stream) {
    if (stream > last_) {
      if (stream > last_ + 2) {
        skipped_begin_ = last_ + 1;
        skipped_end_ = stream;
      }
      last_ = stream;
      return true;
    }
    return stream < skipped_begin_ || stream >= skipped_end_;
  }

  bool begun_ = false;          // the first frame was checked
  uint32_t last_ = 0;           // the highest stream of the client
  uint32_t skipped_begin_ = 0;  // the streams that it skipped last
  uint32_t skipped_end_ = 0;    // the one after these
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_FRAME_RULES_H_
