// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_CLOCK_H_
#define ZEROTOUCH_BASE_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace zerotouch {

// Where every part of the server reads the time, so that tests can set it.
// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // The wall-clock time.
  virtual absl::Time Now() const = 0;

  // The machine's own clock; lives as long as the process.
  static const Clock& System();
};

// A clock that stands still until it is told to move. Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start) : now_us_(absl::ToUnixMicros(start)) {}
  absl::Time Now() const override { return absl::FromUnixMicros(now_us_.load()); }
  void Set(absl::Time now) { now_us_ = absl::ToUnixMicros(now); }
  void Advance(absl::Duration by) { now_us_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<int64_t> now_us_;
};

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_CLOCK_H_
