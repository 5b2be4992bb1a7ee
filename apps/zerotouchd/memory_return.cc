// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/memory_return.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "absl/time/time.h"
#include "base/limits.h"

// tcmalloc's functions (gperftools/malloc_extension_c.h); null in a program that is not
// linked with it.
extern "C" {
[[gnu::weak]] int MallocExtension_GetNumericProperty(const char* property, size_t* value);
[[gnu::weak]] void MallocExtension_ReleaseToSystem(size_t num_bytes);
}

namespace zerotouch::daemon {
namespace {

bool HasTcmalloc() {
  return MallocExtension_GetNumericProperty != nullptr &&
         MallocExtension_ReleaseToSystem != nullptr;
}

// Returns the bytes that the allocator has and does not use.
size_t UnusedBytes() {
  size_t bytes = 0;
  MallocExtension_GetNumericProperty("tcmalloc.pageheap_free_bytes", &bytes);
  return bytes;
}

}  // namespace

MemoryReturn::MemoryReturn() {
  if (HasTcmalloc()) thread_ = std::thread([this] { Loop(); });
}

MemoryReturn::~MemoryReturn() {
  if (!thread_.joinable()) return;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

void MemoryReturn::Loop() {
  size_t before = 0;
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (lock.WaitFor(stopped_, absl::ToChronoMilliseconds(limits::kUnusedMemoryTime))) continue;
    size_t unused = UnusedBytes();
    // Memory that was freed since the last look may be needed again at once.
    const size_t long_unused = std::min(unused, before);
    if (long_unused >= limits::kUnusedMemoryBytes) {
      MallocExtension_ReleaseToSystem(long_unused);
      unused -= long_unused;
    }
    before = unused;
  }
}

}  // namespace zerotouch::daemon
