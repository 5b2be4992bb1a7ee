// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include "base/fault.h"
#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

class WritesStoreTest : public StoreTest {
 protected:
  absl::Status PutDpc(Transaction& tx, const std::string& id) {
    return tx.PutDpc({.id = id, .package_name = "com.example", .title = "T"});
  }
  size_t CountDpcs() { return Read()->ListDpcs().value().size(); }
};

TEST_P(WritesStoreTest, Write_ThatFails_LeavesNothing_AndItsErrorIsReturned) {
  const absl::Status status = store_->Write([&](Transaction& tx) {
    EXPECT_TRUE(PutDpc(tx, "one").ok());
    EXPECT_EQ(tx.ListDpcs().value().size(), 1u) << "a transaction reads what it wrote";
    return absl::FailedPreconditionError("no");
  });
  EXPECT_EQ(status, absl::FailedPreconditionError("no"));
  EXPECT_EQ(CountDpcs(), 0u);
}

TEST_P(WritesStoreTest, Write_ThatCannotCommit_LeavesNothing_AndTheNextSucceeds) {
  {
    const fault::Armed full("store.commit", [] { return absl::UnavailableError("disk full"); });
    EXPECT_TRUE(
        absl::IsUnavailable(store_->Write([&](Transaction& tx) { return PutDpc(tx, "one"); })));
  }
  EXPECT_EQ(CountDpcs(), 0u);
  Write([&](Transaction& tx) { return PutDpc(tx, "two"); });
  Reopen();
  EXPECT_EQ(CountDpcs(), 1u);
}

TEST_P(WritesStoreTest, Write_FromManyThreads_KeepsTheGoodOnesAlone) {
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const absl::Status status = store_->Write([&](Transaction& tx) {
          const absl::Status put = PutDpc(tx, std::to_string(t) + "/" + std::to_string(i));
          return i % 5 == 0 ? absl::InvalidArgumentError("not this one") : put;
        });
        if (!status.ok()) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, kThreads * kEach / 5);
  EXPECT_EQ(CountDpcs(), static_cast<size_t>(kThreads * kEach * 4 / 5));
}

TEST_P(WritesStoreTest, Read_WhileAWriteIsUnderWay_DoesNotWait) {
  Write([&](Transaction& tx) { return PutDpc(tx, "one"); });
  Write([&](Transaction& tx) {
    absl::Status put = PutDpc(tx, "two");
    EXPECT_EQ(CountDpcs(), 1u) << "what is not committed is not seen";
    return put;
  });
  EXPECT_EQ(CountDpcs(), 2u);
}

TEST_P(WritesStoreTest, Ping_IsOk) { EXPECT_TRUE(store_->Ping().ok()); }

TEST_P(WritesStoreTest, Open_BesideAServer_ServersMayIfThereCanBeReplicas) {
  const auto second = Open(url_, clock_, Role::kServer);
  if (GetParam().replicas) {
    ASSERT_TRUE(second.ok()) << second.status();
    Write([&](Transaction& tx) { return PutDpc(tx, "first"); });
    EXPECT_EQ((*second)->Read().value()->ListDpcs().value().size(), 1u);
    EXPECT_EQ((*second)->Read().value()->ServerSecret().value(), Read()->ServerSecret().value());
    return;
  }
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), testing::HasSubstr("in use"));
}

TEST_P(WritesStoreTest, Open_BesideAServer_AdminMay) {
  auto admin = Open(url_, clock_, Role::kAdmin);
  ASSERT_TRUE(admin.ok()) << admin.status();
  ASSERT_TRUE((*admin)->Write([&](Transaction& tx) { return PutDpc(tx, "admin"); }).ok());
  EXPECT_EQ(CountDpcs(), 1u);
  Write([&](Transaction& tx) { return PutDpc(tx, "server"); });
  EXPECT_EQ((*admin)->Read().value()->ListDpcs().value().size(), 2u);
}

INSTANTIATE_TEST_SUITE_P(Stores, WritesStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
