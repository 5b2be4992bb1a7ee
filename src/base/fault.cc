// SPDX-License-Identifier: Apache-2.0
#include "base/fault.h"

#include <atomic>
#include <string>
#include <utility>

#include "base/mutex.h"

namespace zerotouch::fault {
namespace {

std::atomic<bool> any_armed = false;
Mutex mutex;
std::string armed_point ZT_GUARDED_BY(mutex);
std::function<absl::Status()> armed_effect ZT_GUARDED_BY(mutex);

}  // namespace

absl::Status At(std::string_view point) {
  if (!any_armed.load(std::memory_order_acquire)) return absl::OkStatus();
  std::function<absl::Status()> effect;
  {
    const MutexLock lock(mutex);
    if (armed_point == point) effect = armed_effect;
  }
  return effect ? effect() : absl::OkStatus();
}

Armed::Armed(std::string_view point, std::function<absl::Status()> effect) {
  const MutexLock lock(mutex);
  armed_point = point;
  armed_effect = std::move(effect);
  any_armed.store(true, std::memory_order_release);
}

Armed::~Armed() {
  const MutexLock lock(mutex);
  any_armed.store(false, std::memory_order_release);
  armed_point.clear();
  armed_effect = nullptr;
}

}  // namespace zerotouch::fault
