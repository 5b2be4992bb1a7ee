// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_FRAME_BUDGET_H_
#define ZEROTOUCH_HTTP_HTTP2_FRAME_BUDGET_H_

#include <algorithm>

#include "absl/time/time.h"
#include "base/limits.h"

namespace zerotouch::http::http2 {

// Limits the frames that cost a peer nothing (limits::kHttp2IdleFrames). A token
// bucket that refills with time and with each frame of an answer, because clients
// send PING and SETTINGS acknowledgements while they receive one. Not thread-safe.
class FrameBudget {
 public:
  explicit FrameBudget(absl::Time now) : filled_(now) {}

  // Takes one token. Returns false if no token is left.
  bool Take(absl::Time now) {
    const double seconds = absl::ToDoubleSeconds(now - filled_);
    filled_ = now;
    Add(seconds * limits::kHttp2IdleFramesPerSecond);
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

  // Adds tokens for one sent frame of an answer.
  void OnAnswerFrame() { Add(kPerAnswerFrame); }

 private:
  static constexpr double kPerAnswerFrame = 4;

  void Add(double frames) {
    left_ = std::min<double>(left_ + std::max(frames, 0.0), limits::kHttp2IdleFrames);
  }

  double left_ = limits::kHttp2IdleFrames;
  absl::Time filled_;
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_FRAME_BUDGET_H_
