// SPDX-License-Identifier: Apache-2.0
#include "batch/workers.h"

#include <algorithm>
#include <chrono>

#include "base/fault.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "batch/chunk_size.h"

namespace zerotouch::batch {
namespace {

// How often an idle worker looks for operations whose lease ran out.
constexpr absl::Duration kIdlePoll = absl::Milliseconds(250);

// How long a chunk that failed waits before it is tried again, at first and at
// most.
constexpr absl::Duration kFirstRetry = absl::Milliseconds(100);
constexpr absl::Duration kLongestRetry = absl::Seconds(2);

constexpr absl::Duration kSweepInterval = absl::Hours(1);
constexpr int64_t kSweepAtOnce = 10;

// After how many items that failed an operation is put off: should it be the
// store that is out of order, its operator has the time to mend it.
constexpr size_t kFailedItems = 10;

// Whether it fails again however often it is tried. What the store means by its
// errors is in store/store.h.
bool IsLasting(const absl::Status& status) {
  return !status.ok() && !absl::IsUnavailable(status) && !absl::IsResourceExhausted(status) &&
         !absl::IsAborted(status) && !absl::IsCancelled(status);
}

// For measuring; not for time stamps.
absl::Time Steady() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

// Slows a run down to a number of items each second.
class Throttle {
 public:
  explicit Throttle(double items_per_second) : rate_(items_per_second), start_(Steady()) {}

  size_t Limit(size_t items) const {
    if (rate_ <= 0) return items;
    // Ten chunks a second are enough to see progress.
    return std::min(items, std::max<size_t>(1, static_cast<size_t>(rate_ / 10)));
  }

  // How long to wait once `items` have been run since the start.
  absl::Duration Ahead(size_t items) const {
    if (rate_ <= 0) return absl::ZeroDuration();
    return start_ + absl::Seconds(static_cast<double>(items) / rate_) - Steady();
  }

 private:
  const double rate_;
  const absl::Time start_;
};

}  // namespace

void Workers::Start() {
  for (int i = 0; i < options_.workers; ++i) threads_.emplace_back([this] { Loop(); });
  threads_.emplace_back([this] { HeartbeatLoop(); });
}

void Workers::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Workers::Wake() {
  {
    const std::lock_guard lock(mutex_);
    ++wakes_;
  }
  changed_.notify_all();
}

bool Workers::Stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

bool Workers::Pause(absl::Duration length) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, absl::ToChronoMicroseconds(length), [&] { return stopping_; });
  return !stopping_;
}

void Workers::Loop() {
  while (true) {
    int64_t seen = 0;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      seen = wakes_;
    }
    if (RunNext()) continue;
    Sweep();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, absl::ToChronoMicroseconds(kIdlePoll),
                      [&] { return stopping_ || wakes_ != seen; });
  }
}

void Workers::HeartbeatLoop() {
  while (Pause(options_.lease / 3)) {
    std::vector<store::Lease> held;
    {
      const std::lock_guard lock(mutex_);
      for (const store::Lease* lease : held_) held.push_back(*lease);
    }
    for (const store::Lease& lease : held) {
      // Whoever lost it is told so when it writes.
      store_
          .Write([&](store::Transaction& transaction) {
            return transaction.ExtendLease(lease, clock_.Now() + options_.lease);
          })
          .IgnoreError();
    }
  }
}

absl::StatusOr<std::optional<store::Lease>> Workers::LeaseNext() {
  if (!OthersWait()) return std::nullopt;
  std::optional<store::Lease> lease;
  ZT_RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) {
    ZT_ASSIGN_OR_RETURN(lease, transaction.LeaseOperation(clock_.Now(), options_.lease));
    return absl::OkStatus();
  }));
  return lease;
}

bool Workers::RunNext() {
  const absl::StatusOr<std::optional<store::Lease>> lease = LeaseNext();
  if (!lease.ok()) {
    log::Error("cannot lease an operation; trying again", {{"error", MessageOf(lease.status())}});
    return false;
  }
  if (!lease->has_value()) return false;
  const store::OperationHead& head = (*lease)->head;
  const Turn turn = RunHeld(**lease);
  if (turn == Turn::kFinished) {
    log::Info("operation finished",
              {{"operation", head.id.value()},
               {"items", head.items},
               {"milliseconds", absl::ToInt64Milliseconds(clock_.Now() - head.accepted)}});
    return true;
  }
  // A lost lease is left alone by this.
  store_
      .Write([&](store::Transaction& transaction) {
        return turn == Turn::kPutOff
                   ? transaction.ExtendLease(**lease, clock_.Now() + options_.put_off)
                   : transaction.ReleaseLease(**lease);
      })
      .IgnoreError();
  return true;
}

Workers::Turn Workers::RunHeld(const store::Lease& lease) {
  {
    const std::lock_guard lock(mutex_);
    held_.push_back(&lease);
  }
  const Turn turn = RunTurn(lease);
  const std::lock_guard lock(mutex_);
  std::erase(held_, &lease);
  return turn;
}

Workers::Turn Workers::RunTurn(const store::Lease& lease) {
  absl::Duration retry = kFirstRetry;
  while (true) {
    absl::StatusOr<std::unique_ptr<Batch>> batch =
        LoadBatch(store_, lease.head, rules_, clock_.Now());
    if (batch.ok()) return RunChunks(lease, **batch);
    if (IsLasting(batch.status())) {
      log::Error("an operation cannot be read; it is left alone for a while",
                 {{"operation", lease.head.id.value()}, {"error", MessageOf(batch.status())}});
      return Turn::kPutOff;
    }
    log::Error("cannot read an operation; trying again",
               {{"operation", lease.head.id.value()}, {"error", MessageOf(batch.status())}});
    if (!Pause(retry)) return Turn::kStopping;
    retry = std::min(retry * 2, kLongestRetry);
    const absl::Status extended = store_.Write([&](store::Transaction& transaction) {
      return transaction.ExtendLease(lease, clock_.Now() + options_.lease);
    });
    if (absl::IsAborted(extended)) return Turn::kLost;
  }
}

Workers::Turn Workers::RunChunks(const store::Lease& lease, Batch& batch) {
  ChunkSize size(options_.chunk_time);
  const Throttle throttle(options_.items_per_second);
  const absl::Time turn_ends = Steady() + options_.slice;
  // Lower while an item that cannot be run is sought.
  size_t at_most = batch.size();
  size_t failed = 0;
  size_t at = 0;
  while (at < batch.size()) {
    if (Stopping()) return Turn::kStopping;
    if (Steady() > turn_ends && OthersWait()) return Turn::kYielded;
    const size_t items = std::min(throttle.Limit(size.next()), at_most);
    const size_t end = std::min(batch.size(), at + items);
    absl::Duration elapsed;
    absl::Status status = RunChunk(lease, batch, at, end, elapsed);
    if (status.ok()) {
      size.Ran(end - at, elapsed);
      at_most = std::min(batch.size(), at_most * 2);
    } else if (IsLasting(status) && end - at > 1) {
      at_most = (end - at) / 2;
      continue;
    } else if (IsLasting(status)) {
      log::Error("an item of an operation cannot be run", {{"operation", lease.head.id.value()},
                                                           {"item", batch.IndexOf(at)},
                                                           {"error", MessageOf(status)}});
      status = RecordFailed(lease, batch, at);
      ++failed;
    }
    if (absl::IsCancelled(status)) return Turn::kStopping;
    if (absl::IsAborted(status)) return Turn::kLost;
    if (!status.ok()) return Turn::kPutOff;
    at = end;
    if (failed == kFailedItems && at < batch.size()) return Turn::kPutOff;
    if (const absl::Duration ahead = throttle.Ahead(at); ahead > absl::ZeroDuration()) {
      if (!Pause(ahead)) return at == batch.size() ? Turn::kFinished : Turn::kStopping;
    }
  }
  return Turn::kFinished;
}

absl::Status Workers::RunChunk(const store::Lease& lease, Batch& batch, size_t begin, size_t end,
                               absl::Duration& elapsed) {
  return Record(lease, batch, begin,
                [&](store::Transaction& transaction,
                    absl::Time now) -> absl::StatusOr<std::vector<store::IndexedResult>> {
                  const absl::Time start = Steady();
                  ZT_RETURN_IF_ERROR(fault::At("batch.chunk"));
                  ZT_ASSIGN_OR_RETURN(std::vector<store::IndexedResult> results,
                                      batch.Run(transaction, begin, end, now));
                  elapsed = Steady() - start;
                  return results;
                });
}

absl::Status Workers::RecordFailed(const store::Lease& lease, const Batch& batch, size_t at) {
  return Record(
      lease, batch, at,
      [&](store::Transaction&, absl::Time) -> absl::StatusOr<std::vector<store::IndexedResult>> {
        return std::vector<store::IndexedResult>{
            {.index = batch.IndexOf(at), .result = {.outcome = Outcome::kFailed, .device = {}}}};
      });
}

template <class Results>
absl::Status Workers::Record(const store::Lease& lease, const Batch& batch, size_t begin,
                             const Results& run) {
  // What is in the batch had no result when it was read.
  const auto done = static_cast<int32_t>(lease.head.items - (batch.size() - begin));
  absl::Duration retry = kFirstRetry;
  while (true) {
    const absl::Status status = store_.Write([&](store::Transaction& transaction) -> absl::Status {
      const absl::Time now = clock_.Now();
      ZT_ASSIGN_OR_RETURN(const std::vector<store::IndexedResult> results, run(transaction, now));
      return transaction.RecordResults(lease, done, results, now, now + options_.lease);
    });
    if (status.ok() || absl::IsAborted(status) || IsLasting(status)) return status;
    log::Error("a chunk of an operation failed; trying it again",
               {{"operation", lease.head.id.value()}, {"error", MessageOf(status)}});
    if (!Pause(retry)) return absl::CancelledError();
    retry = std::min(retry * 2, kLongestRetry);
  }
}

// Whether there is an operation that nobody runs, to which its partner has come.
bool Workers::OthersWait() {
  const absl::StatusOr<std::unique_ptr<store::Snapshot>> snapshot = store_.Read();
  if (!snapshot.ok()) return true;
  return (*snapshot)->AnyRunnable(clock_.Now()).value_or(true);
}

void Workers::Sweep() {
  const absl::Time now = clock_.Now();
  {
    const std::lock_guard lock(mutex_);
    if (now < next_sweep_) return;
    next_sweep_ = now + kSweepInterval;
  }
  int64_t swept = kSweepAtOnce;
  while (swept == kSweepAtOnce && !Stopping()) {
    const absl::Status status = store_.Write([&](store::Transaction& transaction) -> absl::Status {
      ZT_ASSIGN_OR_RETURN(
          swept, transaction.SweepOperations(now - limits::kOperationRetention, kSweepAtOnce));
      return absl::OkStatus();
    });
    if (!status.ok()) {
      log::Error("cannot delete old operations", {{"error", MessageOf(status)}});
      return;
    }
  }
}

}  // namespace zerotouch::batch
