// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_STORE_TURNS_H_
#define ZEROTOUCH_TEST_STORE_TURNS_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace zerotouch::store {

// The number of the session that this thread runs; below 0: none.
inline thread_local int this_session = -1;

// Lets one session at a time make a round trip, in a given order: at each turn
// the next number, modulo how many sessions are ready, selects one. A session
// that waits for another's lock does not block the others.
class Turns {
 public:
  Turns(int sessions, std::vector<int> order)
      : states_(static_cast<size_t>(sessions), State::kRunning), order_(std::move(order)) {}

  // Called by a session before each of its round trips.
  void Await() {
    MutexLock lock(mutex_);
    states_[static_cast<size_t>(this_session)] = State::kReady;
    changed_.notify_all();
    while (next_ != this_session) lock.Wait(changed_);
    next_ = -1;
    states_[static_cast<size_t>(this_session)] = State::kRunning;
    changed_.notify_all();
  }
  void End() {
    const MutexLock lock(mutex_);
    states_[static_cast<size_t>(this_session)] = State::kOver;
    changed_.notify_all();
  }

  // Gives the turns until all sessions have ended.
  void Run() {
    size_t turn = 0;
    while (true) {
      MutexLock lock(mutex_);
      while (next_ != -1) lock.Wait(changed_);
      const auto blocked = std::chrono::steady_clock::now() + kBlocked;
      while (Count(State::kRunning) > 0 && lock.WaitUntil(changed_, blocked)) {
      }
      if (Count(State::kOver) == states_.size()) return;
      std::vector<int> ready;
      for (size_t i = 0; i < states_.size(); ++i) {
        if (states_[i] == State::kReady) ready.push_back(static_cast<int>(i));
      }
      if (ready.empty()) continue;
      const int choice = turn < order_.size() ? order_[turn] : 0;
      ++turn;
      next_ = ready[static_cast<size_t>(choice) % ready.size()];
      changed_.notify_all();
    }
  }

 private:
  enum class State { kRunning, kReady, kOver };
  // A session that takes longer for a statement is assumed to wait for a lock. If
  // it does not, the next turn begins early, which only tries another order.
  static constexpr auto kBlocked = std::chrono::milliseconds(10);

  size_t Count(State state) const ZT_REQUIRES(mutex_) {
    return static_cast<size_t>(std::count(states_.begin(), states_.end(), state));
  }

  Mutex mutex_;
  std::condition_variable changed_;
  std::vector<State> states_ ZT_GUARDED_BY(mutex_);
  const std::vector<int> order_;
  int next_ ZT_GUARDED_BY(mutex_) = -1;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_TEST_STORE_TURNS_H_
