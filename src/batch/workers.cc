// SPDX-License-Identifier: Apache-2.0
#include "batch/workers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/fault.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "batch/chunk_ahead.h"
#include "batch/chunk_size.h"
#include "batch/figures.h"
#include "batch/item_faults.h"
#include "batch/kinds.h"
#include "batch/throttle.h"
#include "batch/traces.h"

namespace zerotouch::batch {
namespace {

// Interval at which an idle worker looks for operations whose lease has run out.
constexpr absl::Duration kIdlePoll = absl::Milliseconds(250);

// Delays before a failed chunk is retried: the first one and the longest one.
constexpr absl::Duration kFirstRetry = absl::Milliseconds(100);
constexpr absl::Duration kLongestRetry = absl::Seconds(2);

// Interval at which a throttled operation looks whether its pace has changed.
constexpr absl::Duration kPacePoll = absl::Milliseconds(100);

// Failed items after which an operation is postponed. If the store is the cause, its
// operator has time to repair it.
constexpr size_t kFailedItems = 10;

// Returns true if a retry would fail again. store/store.h says what each code means.
bool IsPermanent(const absl::Status& status) {
  return !status.ok() && !absl::IsUnavailable(status) && !absl::IsResourceExhausted(status) &&
         !absl::IsAborted(status) && !absl::IsCancelled(status) && !absl::IsUnknown(status);
}

// Returns who makes the changes of the operation.
store::Actor ActorOf(const store::OperationHead& head) {
  const KindTraits* const kind = TraitsOf(head.kind);
  return {.kind = store::ActorKind::kReseller,
          .partner = head.partner,
          .customer = {},
          .account = head.account,
          .method = kind == nullptr ? "" : kind->method,
          .request_id = head.request_id,
          .operation = head.id};
}

}  // namespace

void Workers::Start() {
  for (int i = 0; i < options_.workers; ++i) threads_.emplace_back([this] { Loop(); });
  threads_.emplace_back([this] { HeartbeatLoop(); });
  pace_.SetWake([this] { Wake(); });
}

void Workers::Stop() {
  pace_.SetWake(nullptr);
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Workers::Wake() {
  {
    const MutexLock lock(mutex_);
    ++wakes_;
  }
  changed_.notify_all();
}

bool Workers::Stopping() {
  const MutexLock lock(mutex_);
  return stopping_;
}

bool Workers::Pause(absl::Duration length) {
  const absl::Time deadline = time_.Now() + length;
  MutexLock lock(mutex_);
  while (!stopping_ && time_.Now() < deadline) time_.Wait(lock, changed_, deadline);
  return !stopping_;
}

bool Workers::WaitAtPace(absl::Time until, double rate) {
  while (pace_.items_per_second() == rate) {
    const absl::Duration left = until - time_.Now();
    if (left <= absl::ZeroDuration()) break;
    if (!Pause(std::min(left, kPacePoll))) return false;
  }
  return true;
}

void Workers::Loop() {
  while (true) {
    int64_t seen = 0;
    {
      const MutexLock lock(mutex_);
      if (stopping_) return;
      seen = wakes_;
    }
    const bool has_run = RunNext();
    Sweep();
    if (has_run) continue;
    const absl::Time deadline = time_.Now() + kIdlePoll;
    MutexLock lock(mutex_);
    while (!stopping_ && wakes_ == seen && time_.Now() < deadline) {
      time_.Wait(lock, changed_, deadline);
    }
  }
}

void Workers::HeartbeatLoop() {
  while (Pause(options_.lease / 3)) {
    std::vector<store::Lease> held;
    {
      const MutexLock lock(mutex_);
      for (const store::Lease* lease : held_) held.push_back(*lease);
    }
    for (const store::Lease& lease : held) {
      // A worker that has lost its lease finds out when it writes.
      store_
          .Write([&](store::Transaction& transaction) {
            return transaction.ExtendLease(lease, LeaseNow() + options_.lease);
          })
          .IgnoreError();
    }
  }
}

absl::StatusOr<std::optional<store::Lease>> Workers::LeaseNext(store::LeaseOrder order) {
  if (!HasRunnable()) return std::nullopt;
  std::optional<store::Lease> lease;
  ZT_RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) {
    ZT_ASSIGN_OR_RETURN(lease, transaction.LeaseOperation(LeaseNow(), options_.lease, order));
    return absl::OkStatus();
  }));
  if (lease.has_value()) ObserveWait(*lease, clock_);
  return lease;
}

bool Workers::RunNext() {
  const std::optional<store::LeaseOrder> order = pace_.BeginTurn();
  if (!order.has_value()) return false;
  const absl::StatusOr<std::optional<store::Lease>> lease = LeaseNext(*order);
  const bool has_run = lease.ok() && lease->has_value();
  if (has_run) {
    RunLeased(**lease);
  } else if (!lease.ok()) {
    log::Error("cannot lease an operation; retrying", {{"error", MessageOf(lease.status())}});
  }
  pace_.EndTurn(/*idle=*/lease.ok() && !has_run);
  return has_run;
}

void Workers::RunLeased(const store::Lease& lease) {
  const store::OperationHead& head = lease.head;
  const Turn turn = RunHeld(lease);
  if (turn == Turn::kLost) CountLostLease();
  if (turn == Turn::kFinished) {
    const absl::Duration took = SinceAccepted(head, clock_);
    ObserveFinished(head.kind, took);
    TraceOperation(head, took);
    log::Info("operation finished", {{"operation", head.id.value()},
                                     {"items", head.items},
                                     {"milliseconds", absl::ToInt64Milliseconds(took)}});
    return;
  }
  if (turn == Turn::kCancelled) return;
  // This does not affect a lost lease.
  store_
      .Write([&](store::Transaction& transaction) {
        return turn == Turn::kPostponed
                   ? transaction.ExtendLease(lease, LeaseNow() + options_.postpone)
                   : transaction.ReleaseLease(lease);
      })
      .IgnoreError();
}

Workers::Turn Workers::RunHeld(const store::Lease& lease) {
  {
    const MutexLock lock(mutex_);
    held_.push_back(&lease);
  }
  const Turn turn = RunTurn(lease);
  const MutexLock lock(mutex_);
  std::erase(held_, &lease);
  return turn;
}

Workers::Turn Workers::RunTurn(const store::Lease& lease) {
  absl::Duration retry = kFirstRetry;
  while (true) {
    BatchMemory::Share memory(memory_);
    absl::StatusOr<std::unique_ptr<BatchRun>> run =
        LoadBatchRun(store_, lease.head, rules_, clock_.Now(),
                     [&memory](uint64_t bytes) { return memory.Hold(bytes); });
    if (run.ok() && options_.item_faults) {
      run = WithFaults(*std::move(run), lease.head, options_.item_faults);
    }
    if (run.ok()) return RunChunks(lease, **run);
    if (IsPermanent(run.status())) {
      log::Error("cannot read an operation; postponing it",
                 {{"operation", lease.head.id.value()}, {"error", MessageOf(run.status())}});
      return Turn::kPostponed;
    }
    // Without memory it waits for other batches.
    if (!absl::IsAborted(run.status())) {
      log::Error("cannot read an operation; retrying",
                 {{"operation", lease.head.id.value()}, {"error", MessageOf(run.status())}});
    }
    if (!Pause(retry)) return Turn::kStopping;
    retry = std::min(retry * 2, kLongestRetry);
    const absl::Status extended = store_.Write([&](store::Transaction& transaction) {
      return transaction.ExtendLease(lease, LeaseNow() + options_.lease);
    });
    if (absl::IsAborted(extended)) return Turn::kLost;
  }
}

Workers::Turn Workers::RunChunks(const store::Lease& lease, BatchRun& run) {
  ChunkSize size(options_.chunk_time);
  ChunkAhead ahead(run);
  Throttle throttle(pace_.items_per_second(), time_.Now());
  size_t throttled_from = 0;
  const absl::Time turn_ends = time_.Now() + options_.slice;
  // Decreased while searching for an item that cannot run.
  size_t at_most = run.size();
  size_t failed = 0;
  size_t at = 0;
  while (at < run.size()) {
    if (Stopping()) return Turn::kStopping;
    if (time_.Now() > turn_ends && HasRunnable()) return Turn::kYielded;
    if (IsAccountGone(lease.head)) return EndWithAccount(lease.head);
    if (pace_.items_per_second() != throttle.rate()) {
      throttle = Throttle(pace_.items_per_second(), time_.Now());
      throttled_from = at;
    }
    const size_t items = std::min(throttle.Limit(size.next()), at_most);
    size_t end = std::min(run.size(), at + items);
    const bool is_free = !throttle.IsOn() && at_most == run.size();
    if (is_free) end = ahead.EndOf(at, run.GoodEnd(end));
    const size_t taken = pace_.Take(end - at);
    if (taken == 0) return Turn::kYielded;
    end = at + taken;
    const size_t next_end = is_free ? std::min(run.size(), end + size.next()) : end;
    absl::Duration elapsed;
    const absl::Time chunk_begun = time_.Now();
    absl::Status status = run.ChangesDevices()
                              ? RunChunk(lease, run, ahead.Advance(at, end, next_end), at, elapsed)
                              : PreviewChunk(lease, run, at, end, elapsed);
    TraceChunk(lease.head, end - at, time_.Now() - chunk_begun, !status.ok());
    if (status.ok()) {
      size.Ran(end - at, elapsed);
      at_most = std::min(run.size(), at_most * 2);
    } else if (IsPermanent(status) && end - at > 1) {
      at_most = (end - at) / 2;
      pace_.Ran(taken, /*done=*/false);
      continue;
    } else if (IsPermanent(status)) {
      log::Error("cannot run an item of an operation", {{"operation", lease.head.id.value()},
                                                        {"item", run.IndexOf(at)},
                                                        {"error", MessageOf(status)}});
      status = RecordFailed(lease, run, at);
      ++failed;
    }
    pace_.Ran(taken, status.ok());
    if (absl::IsCancelled(status)) return Turn::kStopping;
    if (absl::IsAborted(status)) return Turn::kLost;
    if (!status.ok()) return Turn::kPostponed;
    at = end;
    if (failed == kFailedItems && at < run.size()) return Turn::kPostponed;
    const absl::Time now = time_.Now();
    if (!WaitAtPace(now + throttle.Ahead(at - throttled_from, now), throttle.rate())) {
      return at == run.size() ? Turn::kFinished : Turn::kStopping;
    }
  }
  return Turn::kFinished;
}

absl::Status Workers::RunChunk(const store::Lease& lease, const BatchRun& run,
                               const PreparedChunk& chunk, size_t begin, absl::Duration& elapsed) {
  return Record(lease, run, begin,
                [&](store::Transaction& transaction,
                    absl::Time now) -> absl::StatusOr<std::vector<store::IndexedResult>> {
                  const absl::Time start = time_.Now();
                  ZT_RETURN_IF_ERROR(fault::At("batch.chunk"));
                  ZT_ASSIGN_OR_RETURN(std::vector<store::IndexedResult> results,
                                      chunk(transaction, now));
                  elapsed = time_.Now() - start;
                  return results;
                });
}

absl::Status Workers::PreviewChunk(const store::Lease& lease, BatchRun& run, size_t begin,
                                   size_t end, absl::Duration& elapsed) {
  std::vector<store::IndexedResult> decided;
  const auto decide = [&]() -> absl::Status {
    const absl::Time start = time_.Now();
    ZT_RETURN_IF_ERROR(fault::At("batch.chunk"));
    ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
    ZT_ASSIGN_OR_RETURN(decided, run.Preview(*snapshot, begin, end, clock_.Now()));
    elapsed = time_.Now() - start;
    return absl::OkStatus();
  };
  ZT_RETURN_IF_ERROR(UntilSettled(lease, decide));
  return Record(
      lease, run, begin,
      [&](store::Transaction&, absl::Time) -> absl::StatusOr<std::vector<store::IndexedResult>> {
        return decided;
      });
}

bool Workers::IsAccountGone(const store::OperationHead& head) {
  if (head.account.empty()) return false;
  // If it cannot be read, the chunk cannot run either.
  const absl::StatusOr<std::unique_ptr<store::Snapshot>> snapshot = store_.Read();
  if (!snapshot.ok()) return false;
  const auto account = (*snapshot)->FindAccount(head.account);
  if (!account.ok()) return false;
  if (account->has_value()) return (*account)->disabled || (*account)->keys.empty();
  // A person, unless nobody is. Who belongs to a group is known only at sign-in.
  const auto users = (*snapshot)->ListUsers(head.partner, CustomerId());
  return users.ok() && std::ranges::none_of(*users, [&](const store::User& user) {
           return (user.email == head.account || !user.group.empty()) &&
                  user.role >= UserRole::kAssigner;
         });
}

Workers::Turn Workers::EndWithAccount(const store::OperationHead& head) {
  std::optional<store::OperationHead> cancelled;
  const absl::Status status = store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(cancelled, transaction.FindOperation(head.id));
    return transaction.CancelOperation(head.id, clock_.Now());
  });
  if (!status.ok()) {
    log::Error("cannot cancel an operation; retrying",
               {{"operation", head.id.value()}, {"error", MessageOf(status)}});
    return Turn::kYielded;
  }
  if (cancelled.has_value()) CountCancelled(*std::move(cancelled), clock_);
  log::Warning("operation cancelled: its account is disabled, deleted or has no key",
               {{"operation", head.id.value()}, {"account", head.account}});
  return Turn::kCancelled;
}

absl::Status Workers::RecordFailed(const store::Lease& lease, const BatchRun& run, size_t at) {
  return Record(
      lease, run, at,
      [&](store::Transaction&, absl::Time) -> absl::StatusOr<std::vector<store::IndexedResult>> {
        return std::vector<store::IndexedResult>{
            {.index = run.IndexOf(at), .result = {.outcome = Outcome::kFailed, .device = {}}}};
      });
}

template <class Results>
absl::Status Workers::Record(const store::Lease& lease, const BatchRun& run, size_t begin,
                             const Results& results_of) {
  // The items of the run had no result when it was loaded.
  ZT_CHECK(begin < run.size() && run.size() <= static_cast<size_t>(lease.head.items),
           "a chunk is outside of its operation");
  const auto done = static_cast<int32_t>(lease.head.items - (run.size() - begin));
  const store::Actor actor = ActorOf(lease.head);
  std::vector<store::IndexedResult> results;
  absl::Status settled = UntilSettled(lease, [&] {
    return store_.Write(actor, [&](store::Transaction& transaction) -> absl::Status {
      const absl::Time now = clock_.Now();
      ZT_ASSIGN_OR_RETURN(results, results_of(transaction, now));
      return WithContext(
          transaction.RecordResults(lease, done, results, now, LeaseNow() + options_.lease),
          "recording the results");
    });
  });
  if (settled.ok()) CountItems(lease.head.kind, results);
  return settled;
}

template <class Attempt>
absl::Status Workers::UntilSettled(const store::Lease& lease, const Attempt& attempt) {
  absl::Duration retry = kFirstRetry;
  while (true) {
    absl::Status status = attempt();
    if (status.ok() || absl::IsAborted(status) || IsPermanent(status)) return status;
    log::Error("cannot run a chunk of an operation; retrying",
               {{"operation", lease.head.id.value()}, {"error", MessageOf(status)}});
    if (!Pause(retry)) return absl::CancelledError();
    retry = std::min(retry * 2, kLongestRetry);
  }
}

bool Workers::HasRunnable() {
  const absl::StatusOr<std::unique_ptr<store::Snapshot>> snapshot = store_.Read();
  if (!snapshot.ok()) return true;
  return (*snapshot)->AnyRunnable(LeaseNow()).value_or(true);
}

}  // namespace zerotouch::batch
