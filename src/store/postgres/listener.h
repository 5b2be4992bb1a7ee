// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_LISTENER_H_
#define ZEROTOUCH_STORE_POSTGRES_LISTENER_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "store/postgres/session.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {

// A session on its own thread that receives notifications of new operations
// from other replicas and measures the database's clock. It is the first to
// detect a server that hangs, or a network that drops everything. Thread-safe.
class Listener {
 public:
  // `ahead` is how far the database's clock is ahead of `clock`. Sets `answering`
  // to false when the database keeps this session waiting, and to true when the
  // next session is open. `clock` and `answering` must outlive the listener.
  Listener(std::string url, const Clock& clock, absl::Duration ahead, std::atomic<bool>& answering);
  ~Listener();

  // Calls `heard`, on the listener's thread, when an operation may be ready to be
  // leased, and when a notification may have been missed. Null removes the
  // callback; no call is running when this returns.
  void OnOperation(std::function<void()> heard);
  LeaseClock leases() const;
  // Returns OK if the database could be read when this thread last did so, seconds ago
  // at most; otherwise UNAVAILABLE with the reason. Does not wait for the database.
  absl::Status Check() const;

 private:
  void Loop();
  // Opens the session and subscribes. Returns null if that fails.
  std::unique_ptr<Session> Connect();
  // Listens until the session is lost or the listener stops. Measures the clock
  // at `next_look` and then regularly.
  void ListenOn(Session& db, absl::Time next_look);
  void SetAnswering(bool answering);
  // Notes whether the database could be read, for Check.
  void Note(const absl::Status& read);
  void Notify();
  // Waits until `socket` is readable; -1 only waits. Returns false to stop.
  bool Wait(int socket, absl::Duration length) const;

  const std::string url_;
  const Clock& clock_;
  std::atomic<bool>& answering_;
  int stop_[2] = {-1, -1};  // a pipe; a byte written to it stops the thread

  mutable Mutex mutex_;
  std::function<void()> heard_ ZT_GUARDED_BY(mutex_);
  absl::Duration ahead_ ZT_GUARDED_BY(mutex_);
  // The last attempt to read: why it failed (empty if it did not), and when it was.
  std::string read_error_ ZT_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point read_at_ ZT_GUARDED_BY(mutex_) =
      std::chrono::steady_clock::now();
  std::thread thread_;
};

// Measures how far the database's clock is ahead of `clock`, to within half of
// the query's round trip.
absl::StatusOr<absl::Duration> MeasureClock(Session& db, const Clock& clock);

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_LISTENER_H_
