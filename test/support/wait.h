// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_WAIT_H_
#define ZEROTOUCH_TEST_SUPPORT_WAIT_H_

#include <chrono>
#include <functional>
#include <thread>

// The one place where tests of processes let time pass.
namespace zerotouch::test {

// Asks `is_over` again and again, with `pause` in between, until it says yes.
// False if `patience` ran out; far longer than it ever takes, so that a slow
// machine does not fail a test.
inline bool WaitUntil(const std::function<bool()>& is_over,
                      std::chrono::milliseconds pause = std::chrono::milliseconds(10),
                      std::chrono::milliseconds patience = std::chrono::minutes(2)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!is_over()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

// Lets a process run on for a time that the test chose at random.
inline void LetRun(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_WAIT_H_
