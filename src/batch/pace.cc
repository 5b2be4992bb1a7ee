// SPDX-License-Identifier: Apache-2.0
#include "batch/pace.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace zerotouch::batch {

void Pace::Pause(absl::Duration at_most) {
  const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoMicroseconds(at_most);
  MutexLock lock(mutex_);
  paused_ = true;
  while (running_ > 0 && lock.WaitUntil(changed_, deadline)) {
  }
}

void Pace::Resume() {
  std::function<void()> wake;
  {
    const MutexLock lock(mutex_);
    paused_ = false;
    left_ = 0;
    wake = wake_;
  }
  changed_.notify_all();
  if (wake) wake();
}

absl::StatusOr<int64_t> Pace::Step(int64_t items, absl::Duration at_most) {
  const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoMicroseconds(at_most);
  std::function<void()> wake;
  {
    const MutexLock lock(mutex_);
    if (!paused_) return absl::FailedPreconditionError("not paused");
    if (std::exchange(stepping_, true)) return absl::AbortedError("another step runs");
    left_ = items;
    ran_ = 0;
    wake = wake_;
  }
  if (wake) wake();
  MutexLock lock(mutex_);
  while ((left_ > 0 || running_ > 0) && lock.WaitUntil(changed_, deadline)) {
  }
  left_ = 0;
  stepping_ = false;
  return ran_;
}

void Pace::SetWake(std::function<void()> wake) {
  const MutexLock lock(mutex_);
  wake_ = std::move(wake);
}

std::optional<store::LeaseOrder> Pace::BeginTurn() {
  const MutexLock lock(mutex_);
  if (!paused_) return store::LeaseOrder::kFair;
  if (left_ == 0 || runner_ != std::thread::id()) return std::nullopt;
  runner_ = std::this_thread::get_id();
  return store::LeaseOrder::kOldest;
}

void Pace::EndTurn(bool idle) {
  {
    const MutexLock lock(mutex_);
    if (runner_ != std::this_thread::get_id()) return;
    runner_ = std::thread::id();
    if (idle) left_ = 0;
  }
  changed_.notify_all();
}

size_t Pace::Take(size_t wanted) {
  const MutexLock lock(mutex_);
  int64_t taken = static_cast<int64_t>(wanted);
  if (paused_) {
    taken = runner_ == std::this_thread::get_id() ? std::min(taken, left_) : 0;
    left_ -= taken;
  }
  running_ += taken;
  return static_cast<size_t>(taken);
}

void Pace::Ran(size_t taken, bool done) {
  {
    const MutexLock lock(mutex_);
    running_ -= static_cast<int64_t>(taken);
    if (stepping_) (done ? ran_ : left_) += static_cast<int64_t>(taken);
  }
  changed_.notify_all();
}

}  // namespace zerotouch::batch
