// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_WORKERS_H_
#define ZEROTOUCH_BATCH_WORKERS_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "batch/batch.h"
#include "batch/engine.h"
#include "model/rules.h"
#include "store/store.h"

namespace zerotouch::batch {

// The threads that run operations. Each leases the operation that should go
// next, runs it chunk by chunk for a while, and gives it back. Nothing is kept
// here between leases: whoever leases it next goes on where the results end.
class Workers {
 public:
  // The references must outlive it.
  Workers(store::Store& store, const RegistryRules& rules, const Clock& clock,
          const EngineOptions& options)
      : store_(store), rules_(rules), clock_(clock), options_(options) {}
  ~Workers() { Stop(); }

  void Start();
  // Lets each finish its current chunk. Idempotent.
  void Stop();
  // Says that there is a new operation.
  void Wake();

 private:
  // How a turn at an operation ended.
  enum class Turn { kFinished, kYielded, kLost, kStopping, kPutOff };

  void Loop();
  // Extends the leases that are held, so that none runs out under a worker who
  // is long at one thing.
  void HeartbeatLoop();
  // Leases and runs one operation for a turn. False if there was none.
  bool RunNext();
  absl::StatusOr<std::optional<store::Lease>> LeaseNext();
  // Runs the operation for a turn, its lease kept up by heartbeats.
  Turn RunHeld(const store::Lease& lease);
  Turn RunTurn(const store::Lease& lease);
  Turn RunChunks(const store::Lease& lease, Batch& batch);
  // Runs [begin, end) as one transaction; `elapsed` is how long the store was
  // held. Tries again while that may help. ABORTED if the lease is lost,
  // CANCELLED if the end has come; another error lies in some item.
  absl::Status RunChunk(const store::Lease& lease, Batch& batch, size_t begin, size_t end,
                        absl::Duration& elapsed);
  // Gives an item that cannot be run its result. The same errors.
  absl::Status RecordFailed(const store::Lease& lease, const Batch& batch, size_t at);
  // Records, in a transaction, what `run` gives for the items of the batch from `begin` on.
  template <class Results>
  absl::Status Record(const store::Lease& lease, const Batch& batch, size_t begin,
                      const Results& run);
  bool OthersWait();
  void Sweep();

  // Waits, unless the end comes. False at the end.
  bool Pause(absl::Duration length);
  bool Stopping();

  store::Store& store_;
  const RegistryRules& rules_;
  const Clock& clock_;
  const EngineOptions options_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  int64_t wakes_ = 0;                      // how often Wake was called
  std::vector<const store::Lease*> held_;  // by workers
  absl::Time next_sweep_ = absl::InfinitePast();
  std::vector<std::thread> threads_;
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_WORKERS_H_
