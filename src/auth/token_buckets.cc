// SPDX-License-Identifier: Apache-2.0
#include "auth/token_buckets.h"

#include <algorithm>

namespace zerotouch::auth {

absl::Duration TokenBuckets::Take(std::string_view key, int64_t capacity, absl::Time now) {
  const MutexLock lock(mutex_);
  Bucket& bucket = Find(key, capacity, now);
  const double per_second = static_cast<double>(capacity) / absl::ToDoubleSeconds(period_);
  bucket.tokens = FilledAt(bucket, capacity, now);
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

int64_t TokenBuckets::UsedOf(std::string_view key, int64_t capacity, absl::Time now) const {
  const MutexLock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return 0;
  const double left = FilledAt(*found->second, capacity, now);
  return std::max<int64_t>(0, capacity - static_cast<int64_t>(left));
}

double TokenBuckets::FilledAt(const Bucket& bucket, int64_t capacity, absl::Time now) const {
  const auto most = static_cast<double>(capacity);
  const absl::Duration passed = std::max(now - bucket.filled, absl::ZeroDuration());
  return std::min(most, bucket.tokens + absl::FDivDuration(passed, period_) * most);
}

size_t TokenBuckets::size() const {
  const MutexLock lock(mutex_);
  return by_use_.size();
}

}  // namespace zerotouch::auth
