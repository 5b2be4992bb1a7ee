// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <thread>
#include <vector>

#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

class AssertionsStoreTest : public StoreTest {
 protected:
  // Uses the account's assertion, which expires in `expires` seconds, at the second `at`.
  bool Use(const std::string& account, const std::string& digest, int expires, int at = 0,
           int64_t most = 3) {
    bool is_new = false;
    Write([&](Transaction& tx) {
      const absl::StatusOr<bool> used = tx.UseAssertion(
          {.email = account, .digest = digest, .expires = kNow + absl::Seconds(expires)}, most,
          kNow + absl::Seconds(at));
      is_new = used.value_or(false);
      return used.status();
    });
    return is_new;
  }
  int64_t Sweep(int at, int64_t limit) {
    int64_t swept = 0;
    Write([&](Transaction& tx) {
      const absl::StatusOr<int64_t> deleted = tx.SweepAssertions(kNow + absl::Seconds(at), limit);
      swept = deleted.value_or(-1);
      return deleted.status();
    });
    return swept;
  }
};

TEST_P(AssertionsStoreTest, Assertion_IsUsedOnceUntilItExpires) {
  EXPECT_TRUE(Use("a", "1", 60));
  EXPECT_FALSE(Use("a", "1", 60));
  EXPECT_FALSE(Use("a", "1", 90, 60)) << "the same id, another assertion";
  EXPECT_TRUE(Use("b", "1", 60)) << "another account's";
  EXPECT_TRUE(Use("a", "1", 120, 61)) << "expired, and not deleted yet";
  EXPECT_FALSE(Use("a", "1", 120, 61));
}

TEST_P(AssertionsStoreTest, AccountWithTooMany_ForgetsItsOwnThatExpiresFirst) {
  EXPECT_TRUE(Use("b", "1", 10));
  for (const char* digest : {"1", "2", "3", "4"}) EXPECT_TRUE(Use("a", digest, 60 + *digest));
  EXPECT_FALSE(Use("a", "4", 60));
  EXPECT_FALSE(Use("a", "2", 60));
  EXPECT_FALSE(Use("b", "1", 10));
  EXPECT_TRUE(Use("a", "1", 60)) << "forgotten";
}

TEST_P(AssertionsStoreTest, Sweep_DeletesThoseThatExpired_SoManyAtOnce) {
  for (const char* digest : {"1", "2", "3"}) EXPECT_TRUE(Use("a", digest, 60));
  EXPECT_TRUE(Use("b", "1", 90));
  EXPECT_EQ(Sweep(60, 10), 0);
  EXPECT_EQ(Sweep(61, 2), 2);
  EXPECT_EQ(Sweep(61, 2), 1);
  EXPECT_EQ(Sweep(61, 2), 0);
  EXPECT_FALSE(Use("b", "1", 90, 61));
}

TEST_P(AssertionsStoreTest, OfManyUsesAtOnce_OneWins) {
  constexpr int kThreads = 8;
  std::vector<int> won(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this, i, &won] {
      for (int assertion = 0; assertion < 20; ++assertion) {
        won[static_cast<size_t>(i)] += Use("a", std::to_string(assertion), 60, 0, 100) ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int all = 0;
  for (const int each : won) all += each;
  EXPECT_EQ(all, 20);
}

INSTANTIATE_TEST_SUITE_P(Stores, AssertionsStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
