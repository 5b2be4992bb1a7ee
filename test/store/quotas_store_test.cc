// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "store/quota.h"
#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

constexpr char kAccount[] = "a@example.com";

class QuotasStoreTest : public StoreTest {
 protected:
  QuotaLease Lease(int64_t per_100s, int64_t wanted, absl::Time now) {
    QuotaLease lease;
    Write([&](Transaction& tx) {
      const absl::StatusOr<QuotaLease> leased = tx.LeaseCalls(kAccount, per_100s, wanted, now);
      if (leased.ok()) lease = *leased;
      return leased.status();
    });
    return lease;
  }
  std::optional<int64_t> Quota() {
    const auto account = Read()->FindAccount(kAccount).value();
    EXPECT_EQ(Read()->ListAccounts()->at(0).quota_per_100s, account->quota_per_100s);
    return account->quota_per_100s;
  }
};

TEST_P(QuotasStoreTest, QuotaOfAnAccount_IsSetAndTakenBack) {
  Write([&](Transaction& tx) {
    return tx.AddAccount({.email = kAccount, .client_id = "1", .partner = kPartner});
  });
  EXPECT_EQ(Quota(), std::nullopt);
  for (const std::optional<int64_t> quota :
       {std::optional<int64_t>(500), std::optional<int64_t>(0), std::optional<int64_t>()}) {
    Write([&](Transaction& tx) { return tx.SetAccountQuota(kAccount, quota); });
    EXPECT_EQ(Quota(), quota);
  }
  const absl::Status unknown =
      store_->Write([](Transaction& tx) { return tx.SetAccountQuota("b@example.com", 1); });
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound);
}

TEST_P(QuotasStoreTest, Lease_TakesWhatTheBucketHas) {
  EXPECT_EQ(Lease(100, 60, kNow).calls, 60);
  EXPECT_EQ(Lease(100, 60, kNow).calls, 40);
  const QuotaLease none = Lease(100, 60, kNow);
  EXPECT_EQ(none.calls, 0);
  EXPECT_NEAR(absl::ToDoubleSeconds(none.wait), 1, 0.001);
  EXPECT_EQ(Lease(100, 60, kNow + absl::Milliseconds(1'500)).calls, 1);
  EXPECT_EQ(Lease(100, 60, kNow + absl::Seconds(2)).calls, 1);
  // The clock of another server is behind.
  EXPECT_EQ(Lease(100, 60, kNow).calls, 0);
  EXPECT_EQ(Lease(100, 200, kNow + absl::Hours(1)).calls, 100);
  // A new quota counts at once.
  EXPECT_EQ(Lease(10, 60, kNow + absl::Hours(2)).calls, 10);
}

TEST_P(QuotasStoreTest, Bucket_SaysHowManyCallsAreUsed) {
  EXPECT_EQ(Read()->FindQuotaBucket(kAccount).value(), std::nullopt);
  Lease(100, 60, kNow);
  const std::optional<QuotaBucket> bucket = Read()->FindQuotaBucket(kAccount).value();
  ASSERT_TRUE(bucket.has_value());
  EXPECT_EQ(UsedOf(*bucket, 100, kNow), 60);
  EXPECT_EQ(UsedOf(*bucket, 100, kNow + absl::Seconds(40)), 20);
  EXPECT_EQ(UsedOf(*bucket, 100, kNow + absl::Hours(1)), 0);
}

INSTANTIATE_TEST_SUITE_P(Stores, QuotasStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
