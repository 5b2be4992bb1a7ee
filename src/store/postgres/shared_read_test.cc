// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/shared_read.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace zerotouch::store::postgres {
namespace {

TEST(SharedRead, EachCaller_SeesWhatWasThereWhenItCame) {
  SharedRead<int> shared;
  std::atomic<int> value = 0;
  std::atomic<int> reads = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2'000; ++i) {
        const int at_least = ++value;
        const int seen = shared.Get([&] {
          ++reads;
          return value.load();
        });
        EXPECT_GE(seen, at_least);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(reads, 16'000);
}

TEST(SharedRead, CallersThatComeDuringARead_ShareTheNext) {
  SharedRead<int> shared;
  std::atomic<int> reads = 0;
  std::atomic<bool> go_on = false;
  std::atomic<int> came = 0;
  const auto read = [&] {
    const int number = ++reads;
    while (!go_on) std::this_thread::yield();
    return number;
  };
  std::thread first([&] { EXPECT_EQ(shared.Get(read), 1); });
  while (reads == 0) std::this_thread::yield();
  std::vector<std::thread> later;
  for (int i = 0; i < 4; ++i) {
    later.emplace_back([&] {
      ++came;
      EXPECT_GE(shared.Get(read), 2);
    });
  }
  while (came < 4) std::this_thread::yield();
  go_on = true;
  first.join();
  for (std::thread& thread : later) thread.join();
  EXPECT_GE(reads, 2);
  EXPECT_LE(reads, 5);
}

}  // namespace
}  // namespace zerotouch::store::postgres
