// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_DEVICE_IDS_H_
#define ZEROTOUCH_STORE_DEVICE_IDS_H_

#include <algorithm>
#include <cstdint>

#include "base/clock.h"
#include "base/ids.h"
#include "base/mutex.h"
#include "base/random.h"

namespace zerotouch::store {

// Makes device ids that grow with time, so that new devices are next to each
// other at the end of every table: 41 bits of milliseconds since 2020, then 22
// bits that start at a random number and count up. Works until 2089. Thread-safe.
class DeviceIds {
 public:
  explicit DeviceIds(const Clock& clock) : clock_(clock) {}

  // Returns the time of its clock.
  absl::Time Now() const { return clock_.Now(); }

  // Returns an id above every id returned before.
  DeviceId Next() {
    const MutexLock lock(mutex_);
    const int64_t millis = absl::ToUnixMillis(clock_.Now()) - kEpochMillis;
    if (millis > last_millis_) {
      last_millis_ = millis;
      last_ = std::max(last_, (millis << 22) | RandomBetween(0, (1 << 21) - 1));
    }
    return DeviceId(++last_);
  }

 private:
  static constexpr int64_t kEpochMillis = 1'577'836'800'000;  // 2020-01-01T00:00:00Z

  const Clock& clock_;
  Mutex mutex_;
  int64_t last_millis_ ZT_GUARDED_BY(mutex_) = 0;
  int64_t last_ ZT_GUARDED_BY(mutex_) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_DEVICE_IDS_H_
