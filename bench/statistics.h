// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BENCH_STATISTICS_H_
#define ZEROTOUCH_BENCH_STATISTICS_H_

#include <chrono>
#include <string>
#include <vector>

namespace zerotouch::bench {

using SteadyClock = std::chrono::steady_clock;

inline double MillisecondsBetween(SteadyClock::time_point from, SteadyClock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}
inline double MillisecondsSince(SteadyClock::time_point from) {
  return MillisecondsBetween(from, SteadyClock::now());
}

// Returns the percentile `p` (0 to 1) of the values; 0 without values.
double Percentile(std::vector<double> values, double p);

// Returns "minimum/median/maximum" with one decimal.
std::string Spread(const std::vector<double>& values);

}  // namespace zerotouch::bench

#endif  // ZEROTOUCH_BENCH_STATISTICS_H_
