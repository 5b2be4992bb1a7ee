// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/writer.h"

#include <chrono>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "store/sqlite/write_groups.h"
#include "store/sqlite/write_health.h"

namespace zerotouch::store::sqlite {
namespace {

// How often the writes that wait are looked at.
constexpr auto kWatchTime = std::chrono::milliseconds(500);

// How long a thread that was stuck has to end once nothing is left for it.
constexpr absl::Duration kEndTime = absl::Milliseconds(500);

}  // namespace

struct Writer::State {
  State(std::unique_ptr<Database> db, std::shared_ptr<FileLock> l, RegistryFiles f,
        std::shared_ptr<Pool> r, const Clock& clock)
      : lock(std::move(l)),
        files(std::move(f)),
        readers(std::move(r)),
        groups(std::move(db), *lock, files, *readers, queue, health, clock) {}

  const std::shared_ptr<FileLock> lock;
  const RegistryFiles files;
  const std::shared_ptr<Pool> readers;
  WriteQueue queue;
  WriteHealth health;
  WriteGroups groups;

  Mutex mutex;
  std::condition_variable ended_changed;
  bool ended ZT_GUARDED_BY(mutex) = false;
};

Writer::Writer(std::unique_ptr<Database> db, std::shared_ptr<FileLock> lock, RegistryFiles files,
               std::shared_ptr<Pool> readers, const Clock& clock)
    : state_(std::make_shared<State>(std::move(db), std::move(lock), std::move(files),
                                     std::move(readers), clock)) {
  writing_ = std::thread([state = state_] {
    state->groups.Run();
    const MutexLock locked(state->mutex);
    state->ended = true;
    state->ended_changed.notify_all();
  });
  watching_ = std::thread([this] { Watch(); });
}

Writer::~Writer() {
  state_->queue.Close();
  bool ended = AwaitEnd(limits::kStoreClose);
  StopWatching();
  if (!ended) {
    state_->queue.RefuseAll();
    state_->groups.GiveUp(SteadyClock::time_point::max());
    ended = AwaitEnd(kEndTime);
  }
  if (ended) {
    writing_.join();
  } else {
    log::Error("closed the registry while a write was stuck");
    writing_.detach();
  }
}

absl::Status Writer::Write(const QueuedWrite::Mutation& mutation) {
  if (state_->groups.OnThisThread()) return state_->groups.WriteInside(mutation);
  const auto write = std::make_shared<QueuedWrite>(mutation);
  ZT_RETURN_IF_ERROR(state_->queue.Add(write));
  return write->AwaitAnswer();
}

absl::Status Writer::WriteAlone(const QueuedWrite::Alone& alone) {
  const auto write = std::make_shared<QueuedWrite>(alone);
  ZT_RETURN_IF_ERROR(state_->queue.Add(write));
  return write->AwaitAnswer();
}

void Writer::WriteInGroup(Store::Work work, Store::WorkDone done) {
  const auto write = std::make_shared<QueuedWrite>(std::move(work), std::move(done));
  absl::Status status = state_->queue.Add(write);
  if (!status.ok()) write->Answer(std::move(status));
}

void Writer::ShortenWaits(absl::Duration longest) {
  state_->queue.SetLongestWait(absl::ToChronoMilliseconds(longest));
}

absl::Status Writer::CheckHealth() const { return state_->health.Check(); }

void Writer::Watch() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    lock.WaitFor(stop_watching_, kWatchTime);
    lock.Unlock();
    state_->queue.RefuseLate();
    state_->groups.GiveUp(SteadyClock::now() - state_->queue.longest_wait());
    lock.Lock();
  }
}

void Writer::StopWatching() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  stop_watching_.notify_all();
  watching_.join();
}

bool Writer::AwaitEnd(absl::Duration timeout) {
  const auto deadline = SteadyClock::now() + absl::ToChronoMilliseconds(timeout);
  MutexLock lock(state_->mutex);
  while (!state_->ended && lock.WaitUntil(state_->ended_changed, deadline)) {
  }
  return state_->ended;
}

}  // namespace zerotouch::store::sqlite
