// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_STORE_SIMULATED_ENGINES_H_
#define ZEROTOUCH_TEST_STORE_SIMULATED_ENGINES_H_

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "batch/worker_time.h"
#include "store/store.h"

// Runs the threads of several engines one at a time, on a virtual clock, in an order that
// a seed decides. A thread gives up its turn at each call of the store and at each wait;
// there a seed also decides about failures. So a run is the same each time.
namespace zerotouch::batch {

class Schedule {
 public:
  Schedule(unsigned seed, FakeClock& clock) : random_(seed), clock_(clock) {}

  // Returns a random number below `end`.
  int Below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
  bool OneIn(int count) { return Below(count) == 0; }

  // Adds an engine with two threads. Returns its number.
  int AddEngine() {
    const std::lock_guard lock(mutex_);
    expected_ += 2;
    engines_[++last_engine_];
    return last_engine_;
  }

  // The process of the engine dies: its threads run on alone, and its store fails.
  void Kill(int engine) {
    const std::lock_guard lock(mutex_);
    engines_.erase(engine);
    std::erase_if(threads_, [&](const auto& each) { return each.first.first == engine; });
    expected_ -= 2;
    changed_.notify_all();
  }
  bool IsDead(int engine) {
    const std::lock_guard lock(mutex_);
    return !engines_.contains(engine);
  }

  // Stops all threads of the engine for a while: for the others it may look dead.
  void Stall(int engine, absl::Duration length) {
    const std::lock_guard lock(mutex_);
    const auto found = engines_.find(engine);
    if (found != engines_.end()) found->second = Now() + length;
  }

  // Gives up the turn of the calling thread, and returns at its next one, after `wait`.
  void GiveUpTurn(int engine, absl::Duration wait) {
    // A thread of an engine works if the store is its first call, else it sends heartbeats.
    thread_local const bool is_worker = wait == absl::ZeroDuration();
    const std::pair<int, bool> id(engine, is_worker);
    std::unique_lock lock(mutex_);
    if (!engines_.contains(engine)) return;
    if (running_ == id) running_ = kNone;
    threads_[id] = Now() + wait;
    Choose();
    changed_.wait(lock, [&] { return running_ == id || !engines_.contains(engine); });
  }

  // Lets the threads take so many turns.
  void Run(int turns) {
    std::unique_lock lock(mutex_);
    turns_left_ = turns;
    Choose();
    changed_.wait(lock, [&] {
      return turns_left_ == 0 && running_ == kNone && std::ssize(threads_) == expected_;
    });
  }

  absl::Time Now() const { return absl::UnixEpoch() + clock_.Steady(); }

 private:
  using ThreadId = std::pair<int, bool>;  // the engine, and true for its worker
  static constexpr ThreadId kNone{0, false};

  absl::Time ReadyAt(const std::pair<const ThreadId, absl::Time>& thread) {
    return std::max(thread.second, engines_.at(thread.first.first));
  }

  // Gives the next turn, once all threads wait for theirs.
  void Choose() {
    if (running_ != kNone || std::ssize(threads_) < expected_) return;
    if (turns_left_ > 0) {
      absl::Time next = absl::InfiniteFuture();
      for (const auto& each : threads_) next = std::min(next, ReadyAt(each));
      // The clock counts microseconds.
      if (next > Now()) clock_.Advance(absl::Ceil(next - Now(), absl::Microseconds(1)));
      std::vector<ThreadId> ready;
      for (const auto& each : threads_) {
        if (ReadyAt(each) <= Now()) ready.push_back(each.first);
      }
      running_ = ready[static_cast<size_t>(Below(static_cast<int>(ready.size())))];
      clock_.Advance(absl::Microseconds(Below(2'000)));
      --turns_left_;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::mt19937 random_;
  FakeClock& clock_;
  std::map<int, absl::Time> engines_;       // those that live, and how long they stall
  std::map<ThreadId, absl::Time> threads_;  // when each waits until; also the running one
  ThreadId running_ = kNone;
  int expected_ = 0;
  int last_engine_ = 0;
  int turns_left_ = 0;
};

// The time of one engine's threads.
class SimulatedTime final : public WorkerTime {
 public:
  SimulatedTime(Schedule& schedule, int engine) : schedule_(schedule), engine_(engine) {}

  absl::Time Now() override { return schedule_.Now(); }
  // Gives back and takes again what the caller holds.
  void Wait(MutexLock& lock, std::condition_variable&, absl::Time deadline) override
      ZT_NO_THREAD_SAFETY_ANALYSIS {
    lock.Unlock();
    schedule_.GiveUpTurn(engine_, std::max(deadline - Now(), absl::Microseconds(1)));
    lock.Lock();
  }

 private:
  Schedule& schedule_;
  const int engine_;
};

// The fate of a call of the store.
enum class StoreFault {
  kNone,
  kRefused,     // it does nothing, and fails
  kRolledBack,  // a write is undone, and fails; a read is refused
  kAnswerLost,  // a write is kept, and its outcome is unknown; a read is refused
  kStalled,     // all threads of the engine stop for a while before it
};

// A store as one engine reaches it.
class SimulatedStore final : public store::Store {
 public:
  using NextFault = std::function<StoreFault()>;

  // `next` decides about each call, one at a time.
  SimulatedStore(store::Store& store, Schedule& schedule, int engine, NextFault next)
      : store_(store), schedule_(schedule), engine_(engine), next_(std::move(next)) {}

  absl::StatusOr<std::unique_ptr<store::Snapshot>> Read() override {
    const std::optional<StoreFault> fault = Arrive();
    if (!fault.has_value() || *fault != StoreFault::kNone) return Lost();
    return store_.Read();
  }

  absl::Status Write(const std::function<absl::Status(store::Transaction&)>& mutation) override {
    const std::optional<StoreFault> fault = Arrive();
    if (!fault.has_value() || *fault == StoreFault::kRefused) return Lost();
    if (*fault == StoreFault::kRolledBack) {
      return store_.Write([&](store::Transaction& transaction) {
        absl::Status status = mutation(transaction);
        return status.ok() ? Lost() : status;
      });
    }
    absl::Status status = store_.Write(mutation);
    if (status.ok() && *fault == StoreFault::kAnswerLost) return absl::UnknownError("simulated");
    return status;
  }

  void OnOperation(std::function<void()>) override {}
  absl::Status Ping() override { return absl::OkStatus(); }

 private:
  static absl::Status Lost() { return absl::UnavailableError("simulated"); }

  // Waits for a turn. Returns nullopt if the engine's process is dead.
  std::optional<StoreFault> Arrive() {
    schedule_.GiveUpTurn(engine_, absl::ZeroDuration());
    if (schedule_.IsDead(engine_)) return std::nullopt;
    StoreFault fault = next_();
    if (fault == StoreFault::kStalled) {
      schedule_.Stall(engine_, absl::Milliseconds(schedule_.Below(8'000)));
      schedule_.GiveUpTurn(engine_, absl::ZeroDuration());
      fault = StoreFault::kNone;
    }
    return schedule_.IsDead(engine_) ? std::nullopt : std::optional(fault);
  }

  store::Store& store_;
  Schedule& schedule_;
  const int engine_;
  const NextFault next_;
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_TEST_STORE_SIMULATED_ENGINES_H_
