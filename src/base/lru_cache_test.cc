// SPDX-License-Identifier: Apache-2.0
#include "base/lru_cache.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace zerotouch {
namespace {

TEST(LruCache, Find_ReturnsTheLastValuePut) {
  LruCache<int> cache(160);
  EXPECT_EQ(cache.Find("a"), nullptr);
  cache.Put("a", std::make_shared<const int>(1));
  cache.Put("a", std::make_shared<const int>(2));
  ASSERT_NE(cache.Find("a"), nullptr);
  EXPECT_EQ(*cache.Find("a"), 2);
  EXPECT_EQ(cache.Find("b"), nullptr);
}

TEST(LruCache, PastTheLimit_DropsWhatWasNotUsedForLongest) {
  LruCache<int> cache(160);
  cache.Put("used", std::make_shared<const int>(0));
  int left = 0;
  for (int i = 0; i < 2'000; ++i) {
    cache.Put(std::to_string(i), std::make_shared<const int>(i));
    ASSERT_NE(cache.Find("used"), nullptr) << i;
  }
  for (int i = 0; i < 2'000; ++i) left += cache.Find(std::to_string(i)) == nullptr ? 0 : 1;
  EXPECT_LE(left, 159);
  EXPECT_GE(left, 100);
  EXPECT_NE(cache.Find("1999"), nullptr);
  EXPECT_EQ(cache.Find("0"), nullptr);
}

TEST(LruCache, ManyThreads_ShareIt) {
  LruCache<int> cache(160);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache] {
      for (int i = 0; i < 5'000; ++i) {
        const int number = i * 7 % 300;
        const std::string key = std::to_string(number);
        if (const auto found = cache.Find(key)) {
          EXPECT_EQ(*found, number);
        } else {
          cache.Put(key, std::make_shared<const int>(number));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace zerotouch
