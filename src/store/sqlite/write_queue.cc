// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/write_queue.h"

#include <exception>
#include <utility>

#include "base/limits.h"
#include "base/log.h"

namespace zerotouch::store::sqlite {
namespace {

// The thread that calls back also serves others, so an exception must not end it.
void CallBack(Store::WorkDone done, absl::Status status) {
  try {
    std::move(done)(std::move(status));
  } catch (const std::exception& error) {
    log::Error("cannot tell a caller that its write is done", {{"error", error.what()}});
  }
}

}  // namespace

void QueuedWrite::RunWork() {
  Store::Work work = std::exchange(work_, nullptr);
  std::move(work)();
}

void QueuedWrite::Answer(absl::Status status) {
  Store::WorkDone done;
  {
    const MutexLock lock(mutex_);
    if (answered_) return;
    answered_ = true;
    if (mutation_ != nullptr) status_ = std::move(status);
    done = std::exchange(done_, nullptr);
  }
  if (mutation_ != nullptr) was_answered_.notify_one();
  if (done) CallBack(std::move(done), std::move(status));
}

absl::Status QueuedWrite::AwaitAnswer() {
  MutexLock lock(mutex_);
  while (!answered_) lock.Wait(was_answered_);
  return std::move(status_);
}

absl::Status WriteQueue::Add(std::shared_ptr<QueuedWrite> write) {
  write->queued = SteadyClock::now();
  {
    const MutexLock lock(mutex_);
    if (closed_) return absl::UnavailableError("the store is closing");
    if (writes_.size() >= static_cast<size_t>(limits::kQueuedWrites)) {
      return absl::ResourceExhaustedError("too many writes are waiting for the store");
    }
    writes_.push_back(std::move(write));
  }
  came_.notify_one();
  return absl::OkStatus();
}

bool WriteQueue::AwaitWrite(SteadyClock::time_point until) {
  MutexLock lock(mutex_);
  while (writes_.empty() && !closed_) {
    if (until == SteadyClock::time_point::max()) {
      lock.Wait(came_);
    } else if (!lock.WaitUntil(came_, until)) {
      break;
    }
  }
  return !writes_.empty();
}

bool WriteQueue::Pause(std::chrono::microseconds time) {
  MutexLock lock(mutex_);
  if (!closed_ && !writes_.empty()) lock.WaitFor(closing_, time);
  return !writes_.empty();
}

std::shared_ptr<QueuedWrite> WriteQueue::Take() {
  const MutexLock lock(mutex_);
  if (writes_.empty()) return nullptr;
  std::shared_ptr<QueuedWrite> next = std::move(writes_.front());
  writes_.pop_front();
  return next;
}

void WriteQueue::Close() {
  {
    const MutexLock lock(mutex_);
    closed_ = true;
  }
  came_.notify_all();
  closing_.notify_all();
}

bool WriteQueue::closed() const {
  const MutexLock lock(mutex_);
  return closed_;
}

}  // namespace zerotouch::store::sqlite
