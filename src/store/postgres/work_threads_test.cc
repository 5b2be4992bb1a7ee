// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/work_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

namespace zerotouch::store::postgres {
namespace {

TEST(WorkThreads, Work_WaitsForEachOther) {
  std::latch all(8);
  std::latch ended(8);
  WorkThreads threads(8);
  for (int i = 0; i < 8; ++i) {
    threads.Add([&] {
      all.arrive_and_wait();  // only if all run at once
      ended.count_down();
    });
  }
  ended.wait();
}

TEST(WorkThreads, NoMoreRunAtOnceThanAllowed_AndAllRun) {
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  std::atomic<int> ran = 0;
  {
    WorkThreads threads(3);
    for (int i = 0; i < 300; ++i) {
      threads.Add([&] {
        const int now = ++running;
        int seen = most;
        while (seen < now && !most.compare_exchange_weak(seen, now)) {
        }
        std::this_thread::yield();
        --running;
        ++ran;
      });
    }
  }
  EXPECT_LE(most, 3);
  EXPECT_EQ(ran, 300) << "what was added runs before the threads end";
}

TEST(WorkThreads, WorkThatIsAddedByWork_RunsBeforeTheEnd) {
  std::atomic<int> ran = 0;
  {
    WorkThreads threads(2);
    threads.Add([&] {
      std::this_thread::yield();  // the end begins meanwhile
      for (int i = 0; i < 5; ++i) {
        threads.Add([&] {
          std::this_thread::yield();
          ++ran;
        });
      }
    });
  }
  EXPECT_EQ(ran, 5);
}

}  // namespace
}  // namespace zerotouch::store::postgres
