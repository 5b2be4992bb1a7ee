// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_SHARED_READ_H_
#define ZEROTOUCH_STORE_POSTGRES_SHARED_READ_H_

#include <condition_variable>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/mutex.h"

namespace zerotouch::store::postgres {

// Lets concurrent callers share reads of one value. Each gets the result of a read that
// began after its own call did, so it sees every change that was committed before.
// Thread-safe.
template <class Result>
class SharedRead {
 public:
  // Returns the result of `read`, by this caller or by one that came at the same time.
  template <class Read>
  Result Get(const Read& read) {
    MutexLock lock(mutex_);
    // A read that is under way may have missed a change.
    const int64_t wanted = begun_ + 1;
    while (finished_ < wanted) {
      if (finished_ < begun_) {
        lock.Wait(changed_);
        continue;
      }
      ++begun_;
      lock.Unlock();
      Result result = read();
      lock.Lock();
      finished_ = begun_;
      result_.emplace(std::move(result));
      changed_.notify_all();
    }
    return *result_;
  }

 private:
  Mutex mutex_;
  std::condition_variable changed_;
  int64_t begun_ ZT_GUARDED_BY(mutex_) = 0;     // reads
  int64_t finished_ ZT_GUARDED_BY(mutex_) = 0;  // of them; at most one is under way
  std::optional<Result> result_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_SHARED_READ_H_
