// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/write_queue.h"

#include <exception>
#include <utility>
#include <vector>

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
  if (mutation_ != nullptr || alone_ != nullptr) {
    {
      const MutexLock lock(mutex_);
      if (answered_) return;
      answered_ = true;
      status_ = std::move(status);
    }
    was_answered_.notify_one();
    return;
  }
  Store::WorkDone done;
  {
    const MutexLock lock(mutex_);
    if (answered_) return;
    answered_ = true;
    done = std::exchange(done_, nullptr);
  }
  CallBack(std::move(done), std::move(status));
}

absl::Status QueuedWrite::AwaitAnswer() {
  MutexLock lock(mutex_);
  while (!answered_) lock.Wait(was_answered_);
  return std::move(status_);
}

WriteQueue::WriteQueue() : longest_wait_(absl::ToChronoMilliseconds(limits::kWriteWait)) {}

absl::Status WriteQueue::Add(std::shared_ptr<QueuedWrite> write) {
  {
    const MutexLock lock(mutex_);
    if (closed_) return absl::UnavailableError("the store is closing");
    if (writes_.size() >= static_cast<size_t>(limits::kQueuedWrites)) {
      return absl::ResourceExhaustedError("too many writes are waiting for the store");
    }
    write->queued = SteadyClock::now();
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
  if (!writes_.empty()) lock.WaitFor(refused_, time);
  return !writes_.empty();
}

bool WriteQueue::NextIsAlone() const {
  const MutexLock lock(mutex_);
  return !writes_.empty() && writes_.front()->alone() != nullptr;
}

std::shared_ptr<QueuedWrite> WriteQueue::TakeIf(bool alone) {
  const MutexLock lock(mutex_);
  if (writes_.empty() || (writes_.front()->alone() != nullptr) != alone) return nullptr;
  std::shared_ptr<QueuedWrite> next = std::move(writes_.front());
  writes_.pop_front();
  return next;
}

void WriteQueue::SetLongestWait(std::chrono::milliseconds time) {
  const MutexLock lock(mutex_);
  longest_wait_ = time;
}

std::chrono::milliseconds WriteQueue::longest_wait() const {
  const MutexLock lock(mutex_);
  return longest_wait_;
}

void WriteQueue::RefuseLate() { RefuseOlderThan(SteadyClock::now() - longest_wait()); }

void WriteQueue::RefuseAll() { RefuseOlderThan(SteadyClock::time_point::max()); }

void WriteQueue::RefuseOlderThan(SteadyClock::time_point then) {
  std::vector<std::shared_ptr<QueuedWrite>> refused;
  {
    const MutexLock lock(mutex_);
    while (!writes_.empty() && writes_.front()->queued < then) {
      refused.push_back(std::move(writes_.front()));
      writes_.pop_front();
    }
  }
  if (refused.empty()) return;
  refused_.notify_all();
  log::Warning("refused writes that waited too long", {{"writes", refused.size()}});
  for (const std::shared_ptr<QueuedWrite>& write : refused) {
    write->Answer(absl::UnavailableError("the store did not begin the write in time"));
  }
}

void WriteQueue::Close() {
  {
    const MutexLock lock(mutex_);
    closed_ = true;
  }
  came_.notify_all();
}

bool WriteQueue::closed() const {
  const MutexLock lock(mutex_);
  return closed_;
}

}  // namespace zerotouch::store::sqlite
