// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_CLOCK_H_
#define ZEROTOUCH_BASE_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace zerotouch {

// The source of time for every part of the server; tests replace it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Returns the wall-clock time.
  virtual absl::Time Now() const = 0;
  // Returns the time since an arbitrary instant. It grows at the pace of real time,
  // whatever is done to the wall clock.
  virtual absl::Duration Steady() const = 0;

  // Returns the clock of real time that this one follows, possibly moved; itself if it
  // is real. Lives as long as this.
  virtual const Clock& Real() const { return *this; }

  // Returns the machine's clock, which lives as long as the process.
  static const Clock& System();
};

// A clock that moves only when told to. Thread-safe.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start) : now_us_(absl::ToUnixMicros(start)) {}
  absl::Time Now() const override { return absl::FromUnixMicros(now_us_.load()); }
  absl::Duration Steady() const override { return absl::Microseconds(steady_us_.load()); }
  // Sets the wall clock; no time passes.
  void Set(absl::Time now) { now_us_ = absl::ToUnixMicros(now); }
  // Lets time pass.
  void Advance(absl::Duration by) {
    now_us_ += absl::ToInt64Microseconds(by);
    steady_us_ += absl::ToInt64Microseconds(by);
  }

 private:
  std::atomic<int64_t> now_us_;
  std::atomic<int64_t> steady_us_ = 0;
};

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_CLOCK_H_
