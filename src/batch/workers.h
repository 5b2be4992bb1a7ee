// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_WORKERS_H_
#define ZEROTOUCH_BATCH_WORKERS_H_

#include <condition_variable>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "batch/batch_memory.h"
#include "batch/batch_run.h"
#include "batch/engine.h"
#include "batch/pace.h"
#include "batch/retention.h"
#include "batch/worker_time.h"
#include "model/rules.h"
#include "store/store.h"

namespace zerotouch::batch {

// The threads that run operations. Each leases the next operation, runs it chunk by
// chunk for a time slice, and releases it. No state stays here between leases: the
// next worker continues with the items that have no result.
class Workers {
 public:
  // The references must outlive it.
  Workers(store::Store& store, const RegistryRules& rules, const Clock& clock,
          const EngineOptions& options)
      : store_(store),
        rules_(rules),
        clock_(clock),
        options_(options),
        time_(options.time == nullptr ? WorkerTime::Real() : *options.time),
        own_pace_(options.items_per_second),
        pace_(options.pace == nullptr ? own_pace_ : *options.pace),
        memory_(options.memory_bytes) {}
  ~Workers() { Stop(); }

  void Start();
  // Stops the threads after their current chunk. Idempotent.
  void Stop();
  // Tells the workers that there is a new operation.
  void Wake();
  // Moves the registry's retention mark on, and deletes operations that finished 30 days before
  // it, and deliveries of webhooks of events before. Returns the mark; nullopt, after a line in
  // the log, if it could not be stored.
  std::optional<absl::Time> DeleteOld() ZT_EXCLUDES(advance_mutex_, mutex_);

 private:
  // The end of a time slice.
  enum class Turn { kFinished, kCancelled, kYielded, kLost, kStopping, kPostponed };

  void Loop();
  // Extends the held leases, so that a lease does not run out during a slow step.
  void HeartbeatLoop();
  // Leases an operation and runs it for a time slice. Returns false if no operation was waiting.
  bool RunNext();
  absl::StatusOr<std::optional<store::Lease>> LeaseNext(store::LeaseOrder order);
  // Runs the leased operation for a time slice, and ends the lease.
  void RunLeased(const store::Lease& lease);
  // Runs the operation for a time slice, while heartbeats extend its lease.
  Turn RunHeld(const store::Lease& lease);
  Turn RunTurn(const store::Lease& lease);
  Turn RunChunks(const store::Lease& lease, BatchRun& run);
  // Runs the chunk from `begin` on in one transaction and sets `elapsed` to the time that
  // it held the store. Retries transient errors. Returns ABORTED if the lease is lost
  // and CANCELLED on Stop; any other error is permanent, so that an item causes it.
  absl::Status RunChunk(const store::Lease& lease, const BatchRun& run, const PreparedChunk& chunk,
                        size_t begin, absl::Duration& elapsed);
  // Waits until `until`, a time of time_, or until the pace is no longer `rate` items per
  // second. Returns false on Stop.
  bool WaitAtPace(absl::Time until, double rate);
  // Returns the time of leases: real time, also if clock_ is moved.
  absl::Time LeaseNow() const { return clock_.Real().Now(); }
  // Returns true if the account that made the operation may no longer call: it is
  // disabled, deleted or has no key.
  bool IsAccountGone(const store::OperationHead& head);
  // Cancels the operation.
  Turn EndWithAccount(const store::OperationHead& head);
  // The same for items that are only decided, which holds up no other writer.
  absl::Status PreviewChunk(const store::Lease& lease, BatchRun& run, size_t begin, size_t end,
                            absl::Duration& elapsed);
  // Records kFailed for an item that cannot run. Returns the same errors.
  absl::Status RecordFailed(const store::Lease& lease, const BatchRun& run, size_t at);
  // Calls `attempt` until it succeeds or its error is permanent, pausing after transient
  // ones. Returns ABORTED if it does, and CANCELLED on Stop.
  template <class Attempt>
  absl::Status UntilSettled(const store::Lease& lease, const Attempt& attempt);
  // Records, in a transaction, what `results_of` returns for items from `begin` on.
  template <class Results>
  absl::Status Record(const store::Lease& lease, const BatchRun& run, size_t begin,
                      const Results& results_of);
  // Returns true if some partner's next operation has no lease, or if that cannot be
  // read.
  bool HasRunnable();
  // Deletes operations whose retention is over, if that was not done for a while.
  void Sweep();
  // Moves the registry's retention mark on, and returns it.
  absl::StatusOr<absl::Time> AdvanceRetention() ZT_EXCLUDES(advance_mutex_, mutex_);
  // Deletes operations that finished before, and deliveries of webhooks of events before.
  void DeleteFinishedBefore(absl::Time before);
  // Deletes the uses of assertions that have expired.
  void ForgetAssertions();
  // Rids the lists of devices of claims that were given up, if these are many and no
  // operation waits.
  void SettleGivenUp();

  // Waits for `length`. Returns false on Stop.
  bool Pause(absl::Duration length);
  bool Stopping();

  store::Store& store_;
  const RegistryRules& rules_;
  const Clock& clock_;
  const EngineOptions options_;
  WorkerTime& time_;
  Pace own_pace_;
  Pace& pace_;
  BatchMemory memory_;  // of the batches that are loaded
  const metrics::Registration figures_{[this](metrics::Sink& sink) {
    metrics::AddHeldBytes("batches", memory_.held_bytes(), sink);
  }};

  Mutex advance_mutex_;  // is locked before mutex_
  Mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ ZT_GUARDED_BY(mutex_) = false;
  int64_t wakes_ ZT_GUARDED_BY(mutex_) = 0;  // calls of Wake
  std::vector<const store::Lease*> held_ ZT_GUARDED_BY(mutex_);
  absl::Duration next_sweep_ ZT_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  RetentionClock retention_ ZT_GUARDED_BY(mutex_);
  bool is_retention_behind_ ZT_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_WORKERS_H_
