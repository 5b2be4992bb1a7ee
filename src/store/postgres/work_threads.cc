// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/work_threads.h"

#include <utility>

namespace zerotouch::store::postgres {

WorkThreads::~WorkThreads() {
  std::vector<std::thread> threads;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

void WorkThreads::Add(Store::Work work) {
  const MutexLock lock(mutex_);
  waiting_.push_back(std::move(work));
  if (waiting_.size() <= idle_) {
    changed_.notify_one();
  } else if (threads_.size() < most_ && !stopping_) {
    threads_.emplace_back([this] { Run(); });
  }
}

void WorkThreads::Run() {
  MutexLock lock(mutex_);
  while (true) {
    if (waiting_.empty()) {
      if (stopping_) return;
      ++idle_;
      lock.Wait(changed_);
      --idle_;
      continue;
    }
    Store::Work work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.Unlock();
    std::move(work)();
    work = nullptr;
    lock.Lock();
  }
}

}  // namespace zerotouch::store::postgres
