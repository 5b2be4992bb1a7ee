// SPDX-License-Identifier: Apache-2.0
#include "base/metrics.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "base/mutex.h"

namespace zerotouch::metrics {
namespace {

// Holds what was registered, in order.
struct Registered {
  Mutex mutex;
  size_t next ZT_GUARDED_BY(mutex) = 0;
  std::map<size_t, std::function<void(Sink&)>> all ZT_GUARDED_BY(mutex);
};

// Never destroyed, because families may be registered as long as the process lives.
Registered& TheRegistered() {
  static auto* registered = new Registered;
  return *registered;
}

size_t Register(std::function<void(Sink&)> collect) {
  Registered& registered = TheRegistered();
  const MutexLock lock(registered.mutex);
  registered.all.emplace(registered.next, std::move(collect));
  return registered.next++;
}

}  // namespace

Registration::Registration(std::function<void(Sink&)> collect)
    : id_(Register(std::move(collect))) {}

Registration::~Registration() {
  Registered& registered = TheRegistered();
  const MutexLock lock(registered.mutex);
  registered.all.erase(id_);
}

// The mutex is held, so that nobody who registered ends meanwhile.
void Collect(Sink& sink) {
  Registered& registered = TheRegistered();
  const MutexLock lock(registered.mutex);
  for (const auto& [id, collect] : registered.all) collect(sink);
}

void Histogram::Observe(absl::Duration duration) {
  duration = std::max(duration, absl::ZeroDuration());  // a clock may be set back
  const double seconds = absl::ToDoubleSeconds(duration);
  size_t bucket = 0;
  while (bucket + 1 < kBuckets && seconds > bounds_[bucket]) ++bucket;
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  nanoseconds_.fetch_add(static_cast<uint64_t>(absl::ToInt64Nanoseconds(duration)),
                         std::memory_order_relaxed);
}

Histogram::Reading Histogram::Read() const {
  Reading reading;
  Distribution& distribution = reading.distribution;
  distribution.bounds = {bounds_, kBuckets - 1};
  for (const std::atomic<uint64_t>& count : counts_) {
    distribution.counts.push_back(count.load(std::memory_order_relaxed));
    if (distribution.counts.back() > 0) reading.empty = false;
  }
  distribution.sum = static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
  return reading;
}

void AddHeldBytes(std::string_view what, uint64_t bytes, Sink& sink) {
  const Label labels[] = {{"what", what}};
  sink.Add("zerotouch_memory_held_bytes", "Memory that callers make the server hold.", Type::kGauge,
           labels, static_cast<double>(bytes));
}

absl::Duration SteadyNow() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

Timer::Timer(Histogram& histogram) : histogram_(histogram), begun_(SteadyNow()) {}
Timer::~Timer() { histogram_.Observe(SteadyNow() - begun_); }

}  // namespace zerotouch::metrics
