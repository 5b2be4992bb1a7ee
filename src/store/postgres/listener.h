// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_LISTENER_H_
#define ZEROTOUCH_STORE_POSTGRES_LISTENER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "base/clock.h"
#include "store/postgres/connection.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {

// A session of its own, on a thread of its own, that hears from other replicas
// of new operations and keeps looking at the database's clock. A server that
// hangs, or a network that drops everything, shows by that first. Thread-safe.
class Listener {
 public:
  // `clock` and `answering` must outlive it. `ahead` is how far the database's
  // clock is ahead of it. `answering` is set to whether the database answers:
  // it does until it keeps this session waiting, and from the next session on.
  Listener(std::string url, const Clock& clock, absl::Duration ahead, std::atomic<bool>& answering);
  ~Listener();

  // Calls `heard`, on the listener's thread, whenever an operation may be
  // leased; also when something may have been missed. Null ends that, and when
  // it returns no call is being made any more.
  void OnOperation(std::function<void()> heard);
  LeaseClock leases() const;

 private:
  void Loop();
  // Opens the session and asks to be told. Null if that cannot be done now.
  std::unique_ptr<Connection> Connect();
  // Listens until the session is lost or the end comes. Measures the clock at
  // `next_look`, and again and again.
  void ListenOn(Connection& db, absl::Time next_look);
  void SetAnswering(bool answering);
  void Tell();
  // Waits for something to read on `socket`; -1: for nothing. False at the end.
  bool Wait(int socket, absl::Duration length) const;

  const std::string url_;
  const Clock& clock_;
  std::atomic<bool>& answering_;
  int stop_[2] = {-1, -1};  // a pipe: what is written into it is the end

  mutable std::mutex mutex_;
  std::function<void()> heard_;
  absl::Duration ahead_;
  std::thread thread_;
};

// How far the database's clock is ahead of `clock`, to within half the time
// that asking takes.
absl::StatusOr<absl::Duration> MeasureClock(Connection& db, const Clock& clock);

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_LISTENER_H_
