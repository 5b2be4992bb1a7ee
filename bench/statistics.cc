// SPDX-License-Identifier: Apache-2.0
#include "bench/statistics.h"

#include <fmt/format.h>

#include <algorithm>

namespace zerotouch::bench {

double Percentile(std::vector<double> values, double p) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto at = static_cast<size_t>(p * static_cast<double>(values.size() - 1) + 0.5);
  return values[at];
}

std::string Spread(const std::vector<double>& values) {
  return fmt::format("{:.1f}/{:.1f}/{:.1f}", Percentile(values, 0), Percentile(values, 0.5),
                     Percentile(values, 1));
}

}  // namespace zerotouch::bench
