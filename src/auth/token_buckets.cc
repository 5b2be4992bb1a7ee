// SPDX-License-Identifier: Apache-2.0
#include "auth/token_buckets.h"

#include <algorithm>

namespace zerotouch::auth {

absl::Duration TokenBuckets::Take(std::string_view key, int64_t capacity, absl::Time now) {
  const MutexLock lock(mutex_);
  Bucket& bucket = Find(key, capacity, now);
  const auto most = static_cast<double>(capacity);
  const double per_second = most / absl::ToDoubleSeconds(period_);
  const absl::Duration passed = std::max(now - bucket.filled, absl::ZeroDuration());
  bucket.tokens = std::min(most, bucket.tokens + absl::ToDoubleSeconds(passed) * per_second);
  bucket.filled = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return absl::ZeroDuration();
  }
  return absl::Seconds((1 - bucket.tokens) / per_second);
}

TokenBuckets::Bucket& TokenBuckets::Find(std::string_view key, int64_t capacity, absl::Time now) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return by_use_.front();
  }
  if (by_use_.size() >= most_) {
    by_key_.erase(by_use_.back().key);
    by_use_.pop_back();
  }
  by_use_.push_front(
      {.key = std::string(key), .tokens = static_cast<double>(capacity), .filled = now});
  by_key_.emplace(by_use_.front().key, by_use_.begin());
  return by_use_.front();
}

size_t TokenBuckets::size() const {
  const MutexLock lock(mutex_);
  return by_use_.size();
}

}  // namespace zerotouch::auth
