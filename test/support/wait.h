// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_WAIT_H_
#define ZEROTOUCH_TEST_SUPPORT_WAIT_H_

#include <chrono>
#include <functional>
#include <thread>

// The only place where tests of processes wait for time to pass.
namespace zerotouch::test {

// Calls `is_over` every `pause` until it returns true. Returns false after
// `timeout`, which is far longer than anything takes, so that a slow machine does
// not fail a test.
inline bool WaitUntil(const std::function<bool()>& is_over,
                      std::chrono::milliseconds pause = std::chrono::milliseconds(10),
                      std::chrono::milliseconds timeout = std::chrono::minutes(2)) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (!is_over()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

// Waits while another process runs, for a time that the test chose at random.
inline void LetRun(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_WAIT_H_
