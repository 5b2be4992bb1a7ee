// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_IN_TWO_H_
#define ZEROTOUCH_BASE_IN_TWO_H_

#include <cstddef>
#include <future>

#include "absl/status/status.h"

namespace zerotouch {

// Below this number of items, the start of a thread is not worth its time.
inline constexpr size_t kLeastInTwo = 1'000;

// Calls `run(begin, end)` for the two halves of [0, count) at the same time, one of them on
// another thread, or once for all of a small count. `run` must not touch what both halves need,
// and returns a status. Returns the first error, that of the first half before that of the other.
template <class Run>
absl::Status InTwo(size_t count, const Run& run) {
  if (count < kLeastInTwo) return run(size_t{0}, count);
  const size_t half = count / 2;
  // Without a thread, it runs in get().
  std::future<absl::Status> second = std::async([&] { return run(half, count); });
  const absl::Status first = run(size_t{0}, half);
  absl::Status other = second.get();
  return first.ok() ? other : first;
}

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_IN_TWO_H_
