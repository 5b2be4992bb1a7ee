// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_LEAST_RATE_H_
#define ZEROTOUCH_HTTP_LEAST_RATE_H_

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"
#include "base/limits.h"
#include "http/asio.h"

namespace zerotouch::http {

// Detects a transfer that makes too little progress: fewer bytes than
// limits::kLeastBytesPerSecond over one `timeout` after the other. Not thread-safe.
class LeastRate {
 public:
  // Begins a transfer that has moved `bytes` so far.
  void Begin(SteadyTime now, uint64_t bytes = 0) {
    since_ = now;
    bytes_ = bytes;
  }

  // Returns true if the transfer, which has moved `bytes` so far, is too slow.
  bool IsTooSlow(SteadyTime now, uint64_t bytes, absl::Duration timeout) {
    if (now - since_ < Chrono(timeout)) return false;
    const double least = absl::ToDoubleSeconds(timeout) * limits::kLeastBytesPerSecond;
    const bool slow = bytes - bytes_ < std::max<uint64_t>(static_cast<uint64_t>(least), 1);
    Begin(now, bytes);
    return slow;
  }

 private:
  SteadyTime since_;
  uint64_t bytes_ = 0;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_LEAST_RATE_H_
