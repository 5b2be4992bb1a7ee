// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_MEMORY_RETURN_H_
#define ZEROTOUCH_ZEROTOUCHD_MEMORY_RETURN_H_

#include <condition_variable>
#include <thread>

#include "base/mutex.h"

namespace zerotouch::daemon {

// Gives memory that was freed back to the system, on a thread of its own while it
// lives: what the allocator has kept unused for limits::kUnusedMemoryTime, if it is at
// least limits::kUnusedMemoryBytes. Does nothing in a program without tcmalloc.
class MemoryReturn {
 public:
  MemoryReturn();
  ~MemoryReturn();
  MemoryReturn(const MemoryReturn&) = delete;
  MemoryReturn& operator=(const MemoryReturn&) = delete;

 private:
  void Loop();

  Mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ ZT_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_MEMORY_RETURN_H_
