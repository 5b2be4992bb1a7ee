// SPDX-License-Identifier: Apache-2.0
#include "auth/call_quota.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "auth/token_buckets.h"
#include "base/limits.h"
#include "base/status_text.h"
#include "store/store.h"
#include "support/temp_dir.h"

namespace zerotouch::auth {
namespace {

using ::testing::HasSubstr;

TEST(TokenBuckets, Bucket_IsFullAtFirstAndFillsEvenly) {
  TokenBuckets buckets(absl::Seconds(100), 10);
  absl::Time now = absl::FromUnixSeconds(1'000'000);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(buckets.Take("a", 50, now), absl::ZeroDuration());
  EXPECT_EQ(buckets.Take("a", 50, now), absl::Seconds(2));
  EXPECT_EQ(buckets.Take("b", 50, now), absl::ZeroDuration());
  now += absl::Seconds(2);
  EXPECT_EQ(buckets.Take("a", 50, now), absl::ZeroDuration());
  EXPECT_GT(buckets.Take("a", 50, now), absl::ZeroDuration());
  now += absl::Hours(1);
  int taken = 0;
  while (buckets.Take("a", 50, now) == absl::ZeroDuration()) ++taken;
  EXPECT_EQ(taken, 50);
  // A clock that goes back fills nothing.
  now -= absl::Hours(1);
  EXPECT_GT(buckets.Take("a", 50, now), absl::ZeroDuration());
}

TEST(TokenBuckets, Number_IsLimited) {
  TokenBuckets buckets(absl::Seconds(100), 3);
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  for (const char* key : {"a", "b", "c"}) {
    EXPECT_EQ(buckets.Take(key, 1, now), absl::ZeroDuration());
  }
  EXPECT_GT(buckets.Take("a", 1, now), absl::ZeroDuration());
  EXPECT_EQ(buckets.Take("d", 1, now), absl::ZeroDuration());
  EXPECT_EQ(buckets.size(), 3u);
  EXPECT_GT(buckets.Take("a", 1, now), absl::ZeroDuration()) << "used recently";
  EXPECT_EQ(buckets.Take("b", 1, now), absl::ZeroDuration()) << "forgotten";
}

class CallQuotaTest : public ::testing::Test {
 protected:
  // Makes calls until one is refused, at most `most`. Returns how many were accepted.
  static int CallsOf(CallQuota& quota, const Principal& caller, int most = 100'000) {
    int calls = 0;
    while (calls < most && quota.Take(caller).ok()) ++calls;
    return calls;
  }

  test::TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  const std::unique_ptr<store::Store> store_ =
      store::Open("sqlite://" + (dir_ / "registry.db"), clock_).value();
  const Principal caller_{.email = "a@example.com"};
};

TEST_F(CallQuotaTest, CallPastTheQuota_IsRefusedUntilThereIsRoom) {
  CallQuota quota(1'000, nullptr, clock_);
  EXPECT_EQ(CallsOf(quota, caller_), 1'000);
  const absl::Status refused = quota.Take(caller_);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(MessageOf(refused), HasSubstr("1000 calls in 100 seconds"));
  EXPECT_EQ(CallsOf(quota, {.email = "b@example.com"}), 1'000);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(CallsOf(quota, caller_), 10);
}

TEST_F(CallQuotaTest, QuotaOfTheAccount_ReplacesTheDefault) {
  CallQuota quota(10, nullptr, clock_);
  EXPECT_EQ(CallsOf(quota, {.email = "a", .quota_per_100s = 25}), 25);
  EXPECT_EQ(CallsOf(quota, {.email = "b", .quota_per_100s = 0}, 1'000), 1'000);
  CallQuota none(0, nullptr, clock_);
  EXPECT_EQ(CallsOf(none, {.email = "a"}, 1'000), 1'000);
  EXPECT_EQ(CallsOf(none, {.email = "c", .quota_per_100s = 5}), 5);
}

TEST_F(CallQuotaTest, TryTake_TakesOnlyWhatNeedsNoStore) {
  CallQuota own(2, nullptr, clock_);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(own.TryTake(caller_), absl::OkStatus());
  ASSERT_TRUE(own.TryTake(caller_).has_value());
  EXPECT_TRUE(absl::IsResourceExhausted(*own.TryTake(caller_)));

  CallQuota shared(1'000, store_.get(), clock_);
  EXPECT_EQ(shared.TryTake(caller_), std::nullopt);
  EXPECT_TRUE(shared.Take(caller_).ok());
  int leased = 0;
  while (leased < 100 && shared.TryTake(caller_) == absl::OkStatus()) ++leased;
  EXPECT_EQ(leased, 9) << "the rest of a hundredth";
  EXPECT_EQ(CallsOf(shared, caller_), 990) << "what was not taken was not counted";
}

// Servers that share a registry together accept what one would, within a tenth.
TEST_F(CallQuotaTest, ServersThatShareTheRegistry_ShareTheQuota) {
  CallQuota one(1'000, store_.get(), clock_);
  CallQuota two(1'000, store_.get(), clock_);
  CallQuota three(1'000, store_.get(), clock_);
  int calls = CallsOf(one, caller_, 400) + CallsOf(two, caller_, 5) + CallsOf(three, caller_, 5);
  calls += CallsOf(two, caller_) + CallsOf(one, caller_) + CallsOf(three, caller_);
  EXPECT_LE(calls, 1'000);
  EXPECT_GE(calls, 900);
  for (int second = 0; second < 100; ++second) {
    clock_.Advance(absl::Seconds(1));
    for (CallQuota* server : {&one, &two, &three}) calls += CallsOf(*server, caller_);
  }
  EXPECT_LE(calls, 2'000);
  EXPECT_GE(calls, 1'900);
}

TEST_F(CallQuotaTest, SmallSharedQuota_IsExact) {
  CallQuota one(3, store_.get(), clock_);
  CallQuota two(3, store_.get(), clock_);
  EXPECT_EQ(CallsOf(one, caller_, 2) + CallsOf(two, caller_) + CallsOf(one, caller_), 3);
  clock_.Advance(absl::Seconds(34));
  EXPECT_EQ(CallsOf(one, caller_) + CallsOf(two, caller_), 1);
}

}  // namespace
}  // namespace zerotouch::auth
