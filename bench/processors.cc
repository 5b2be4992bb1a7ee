// SPDX-License-Identifier: Apache-2.0
#include "bench/processors.h"

#include <fmt/format.h>
#include <sched.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace zerotouch::bench {
namespace {

std::vector<int> Allowed() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  std::vector<int> processors;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &allowed)) processors.push_back(i);
  }
  return processors;
}

}  // namespace

void KeepTo(Half half) {
  static const std::vector<int> all = Allowed();
  if (all.size() < 2) return;
  cpu_set_t kept;
  CPU_ZERO(&kept);
  for (size_t i = 0; i < all.size(); ++i) {
    if ((i < all.size() / 2) == (half == Half::kFirst)) CPU_SET(all[i], &kept);
  }
  if (sched_setaffinity(0, sizeof kept, &kept) == 0) return;
  fmt::print(stderr, "cannot keep to half of the processors\n");
  std::exit(1);
}

}  // namespace zerotouch::bench
