// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_BATCH_MEMORY_H_
#define ZEROTOUCH_BATCH_BATCH_MEMORY_H_

#include <cstdint>

#include "base/mutex.h"

namespace zerotouch::batch {

// Limits the memory of the batches that are loaded to run. A batch that alone exceeds
// the limit runs when no other is loaded. Thread-safe.
class BatchMemory {
 public:
  // The memory of one batch, released by the destructor. For one thread.
  class Share {
   public:
    explicit Share(BatchMemory& memory) : memory_(memory) {}
    ~Share() { Set(0); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    // Sets what the batch holds to `bytes` in total. Returns false, holding nothing, if
    // there is no room beside the others: drop the batch and load it again later.
    [[nodiscard]] bool Hold(uint64_t bytes) { return Set(bytes); }

   private:
    bool Set(uint64_t bytes) {
      const MutexLock lock(memory_.mutex_);
      memory_.held_bytes_ -= bytes_;
      bytes_ = 0;
      const uint64_t others = memory_.held_bytes_;
      if (others > 0 && others + bytes > memory_.limit_bytes_) return false;
      memory_.held_bytes_ += bytes;
      bytes_ = bytes;
      return true;
    }

    BatchMemory& memory_;
    uint64_t bytes_ = 0;
  };

  explicit BatchMemory(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  uint64_t held_bytes() {
    const MutexLock lock(mutex_);
    return held_bytes_;
  }

 private:
  const uint64_t limit_bytes_;
  Mutex mutex_;
  uint64_t held_bytes_ ZT_GUARDED_BY(mutex_) = 0;
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_BATCH_MEMORY_H_
