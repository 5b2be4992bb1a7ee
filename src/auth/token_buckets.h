// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_TOKEN_BUCKETS_H_
#define ZEROTOUCH_AUTH_TOKEN_BUCKETS_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/time/time.h"
#include "base/mutex.h"

namespace zerotouch::auth {

// Token buckets by key, in memory. A bucket is full at first. Keeps a limited number:
// the one that was used least recently goes first, and its key gets a full one later.
// Thread-safe.
class TokenBuckets {
 public:
  // A bucket that is empty is full again after `period`. Keeps at most `most` buckets.
  TokenBuckets(absl::Duration period, size_t most) : period_(period), most_(most) {}

  // Takes a token from the bucket of `key`, which holds `capacity` of them (1 or more).
  // Returns zero, or how long it takes until there is one. The time may go backwards:
  // nothing is filled in then.
  absl::Duration Take(std::string_view key, int64_t capacity, absl::Time now);

  // Returns how many tokens were taken from the bucket of `key` and are not filled in again.
  int64_t UsedOf(std::string_view key, int64_t capacity, absl::Time now) const;

  size_t size() const;

 private:
  struct Bucket {
    std::string key;
    double tokens;
    absl::Time filled;  // when `tokens` was right
  };

  // Returns the tokens that the bucket has at `now`.
  double FilledAt(const Bucket& bucket, int64_t capacity, absl::Time now) const;
  Bucket& Find(std::string_view key, int64_t capacity, absl::Time now) ZT_REQUIRES(mutex_);

  const absl::Duration period_;
  const size_t most_;
  mutable Mutex mutex_;
  std::list<Bucket> by_use_ ZT_GUARDED_BY(mutex_);  // the last used first
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_key_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_TOKEN_BUCKETS_H_
