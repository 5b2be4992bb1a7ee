// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_WORK_THREADS_H_
#define ZEROTOUCH_STORE_POSTGRES_WORK_THREADS_H_

#include <condition_variable>
#include <deque>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "store/store.h"

namespace zerotouch::store::postgres {

// Threads that run work which mostly waits for the database, in order of arrival. They are
// started when there is work for them. Thread-safe.
class WorkThreads {
 public:
  explicit WorkThreads(size_t most) : most_(most) {}
  // Waits until everything that was added has run.
  ~WorkThreads();
  WorkThreads(const WorkThreads&) = delete;
  WorkThreads& operator=(const WorkThreads&) = delete;

  // Queues `work`, which must not throw. Work may add more, which also runs before the end.
  void Add(Store::Work work);

 private:
  void Run();

  const size_t most_;
  Mutex mutex_;
  std::condition_variable changed_;
  std::deque<Store::Work> waiting_ ZT_GUARDED_BY(mutex_);
  size_t idle_ ZT_GUARDED_BY(mutex_) = 0;  // threads that wait for work
  bool stopping_ ZT_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_WORK_THREADS_H_
