// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_POOL_H_
#define ZEROTOUCH_STORE_POSTGRES_POOL_H_

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/postgres/connection.h"

namespace zerotouch::store::postgres {

// Sessions, made when they are needed and kept for the next who comes. While
// the server cannot be reached, callers are refused at once: one of them tries
// again every so often, at first soon, then less often. Thread-safe.
class Pool {
 public:
  // At most `size` sessions at once, none while `answering`, which must outlive
  // it, is false.
  Pool(std::string url, int size, const std::atomic<bool>& answering)
      : url_(std::move(url)), size_(size), answering_(answering) {}

  // A session with no transaction open. UNAVAILABLE if the server cannot be
  // reached, RESOURCE_EXHAUSTED if too many wait for a session.
  absl::StatusOr<std::unique_ptr<Connection>> Take();
  // Gives a session back. One that was lost is closed, and those that wait here
  // are looked at before they are used.
  void GiveBack(std::unique_ptr<Connection> db);

 private:
  absl::StatusOr<std::unique_ptr<Connection>> OpenOne(std::unique_lock<std::mutex>& lock);
  void Leave();

  const std::string url_;
  const int size_;
  const std::atomic<bool>& answering_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> free_;
  int in_use_ = 0;
  int waiting_ = 0;
  absl::Duration backoff_ = absl::ZeroDuration();  // zero while the server can be reached
  absl::Time next_try_ = absl::InfinitePast();
  absl::Status last_error_;
};

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_POOL_H_
