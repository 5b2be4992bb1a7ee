// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_FRAME_BUDGET_H_
#define ZEROTOUCH_HTTP_HTTP2_FRAME_BUDGET_H_

#include <algorithm>

#include "absl/time/time.h"
#include "base/limits.h"

namespace zerotouch::http::http2 {

// How many more frames that ask for nothing a peer may send
// (limits::kHttp2IdleFrames): a bucket that refills with time and, because
// clients measure with PING and acknowledge while an answer comes, with frames
// that answer. For one thread.
class FrameBudget {
 public:
  explicit FrameBudget(absl::Time now) : filled_(now) {}

  // Takes one out. False if there is none.
  bool Take(absl::Time now) {
    const double seconds = absl::ToDoubleSeconds(now - filled_);
    filled_ = now;
    Add(seconds * limits::kHttp2IdleFramesPerSecond);
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

  // A frame that answers a request was sent.
  void Answered() { Add(kPerAnswerFrame); }

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
