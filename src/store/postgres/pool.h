// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_POOL_H_
#define ZEROTOUCH_STORE_POSTGRES_POOL_H_

#include <atomic>
#include <condition_variable>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "store/postgres/session.h"

namespace zerotouch::store::postgres {

// Sessions with one server, opened on demand and kept for reuse. While the
// server cannot be reached, calls fail immediately, except that one of them
// reconnects after each backoff. Thread-safe.
class Pool {
 public:
  // Uses at most `size` sessions at once, and none while `answering` is false.
  // `answering` must outlive the pool.
  Pool(std::string url, int size, const std::atomic<bool>& answering)
      : url_(std::move(url)), size_(size), answering_(answering) {}

  // Returns a session without an open transaction. UNAVAILABLE if the server
  // cannot be reached, RESOURCE_EXHAUSTED if too many calls wait for a session.
  absl::StatusOr<std::unique_ptr<Session>> Take();
  // Returns a session to the pool, which closes it if it was lost.
  void GiveBack(std::unique_ptr<Session> db);

 private:
  // Waits for a place in the pool and takes it. Returns a free session, or null if
  // the caller must open one.
  absl::StatusOr<std::unique_ptr<Session>> TakePlace();
  // Updates the backoff after an attempt to connect.
  void NoteAttempt(const absl::Status& status);
  void Leave() ZT_REQUIRES(mutex_);

  const std::string url_;
  const int size_;
  const std::atomic<bool>& answering_;
  Mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Session>> free_ ZT_GUARDED_BY(mutex_);
  int in_use_ ZT_GUARDED_BY(mutex_) = 0;
  int waiting_ ZT_GUARDED_BY(mutex_) = 0;
  // Zero while the server can be reached.
  absl::Duration backoff_ ZT_GUARDED_BY(mutex_) = absl::ZeroDuration();
  absl::Time next_attempt_ ZT_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Status last_error_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_POOL_H_
