// SPDX-License-Identifier: Apache-2.0
// The connection to PostgreSQL is lost between a COMMIT and its answer.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "base/fault.h"
#include "base/limits.h"
#include "base/log.h"
#include "batch/engine.h"
#include "errors/errors.h"
#include "store/store.h"
#include "support/postgres_cluster.h"
#include "support/tcp_proxy.h"
#include "support/wait.h"

namespace zerotouch::store {
namespace {

constexpr PartnerId kPartner{7};

class UnknownCommitTest : public testing::Test {
 protected:
  void SetUp() override {
    log::SetLevel(log::Level::kOff);
    ASSERT_TRUE(store_
                    ->Write([&](Transaction& tx) {
                      return tx.AddPartner({.id = kPartner, .name = "R", .created = absl::Now()});
                    })
                    .ok());
  }
  void TearDown() override { log::SetLevel(log::Level::kInfo); }

  std::string ThroughProxy() const {
    std::string url = direct_;
    const std::string port = fmt::format(":{}/", cluster_.port());
    return url.replace(url.find(port), port.size(), fmt::format(":{}/", proxy_.port()));
  }
  std::string Ask(const std::string& sql) const {
    return cluster_.Run(sql, test::PostgresCluster::DatabaseOf(direct_));
  }
  void AwaitCount(const std::string& count) const {
    EXPECT_TRUE(test::WaitUntil([&] { return Ask("SELECT count(*) FROM operations") == count; }));
  }
  // Waits until no session of the store has an open transaction.
  void AwaitNoTransaction() const {
    EXPECT_TRUE(test::WaitUntil([&] {
      return Ask("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                 "AND state LIKE 'idle in transaction%'") == "0";
    }));
  }
  // Sends a batch of one item, by an engine that does not run it.
  absl::StatusOr<OperationHead> Accept(absl::Duration doubt = limits::kCommitDoubt) {
    batch::Engine engine(*store_, rules_, Clock::System(), {.commit_doubt = doubt});
    api::UnclaimDevicesRequest request;
    request.add_unclaims()->set_device_id(5);
    return engine.AcceptUnclaims({kPartner, "a@example.com"}, request.unclaims());
  }
  // Calls `effect` before the first COMMIT.
  static std::function<absl::Status()> AtFirst(std::function<void()> effect) {
    return [effect = std::move(effect), done = std::make_shared<std::atomic<bool>>(false)] {
      if (!done->exchange(true)) effect();
      return absl::OkStatus();
    };
  }
  void ExpectStoredOnce(const absl::StatusOr<OperationHead>& head) {
    ASSERT_TRUE(head.ok()) << head.status();
    EXPECT_EQ(Ask("SELECT string_agg(id::text, ' ') FROM operations"),
              std::to_string(head->id.value()));
    EXPECT_EQ(Ask("SELECT count(*) FROM operation_chunks"), "1");
  }

  test::PostgresCluster& cluster_ = test::PostgresCluster::Shared();
  const std::string direct_ = cluster_.CreateDatabase();
  test::TcpProxy proxy_{cluster_.port()};
  RegistryRules rules_;
  const std::unique_ptr<Store> store_ = Open(ThroughProxy(), Clock::System()).value();
};

TEST_F(UnknownCommitTest, CommitWhoseAnswerIsLost_IsUnknown) {
  const fault::Armed commit("store.commit", AtFirst([&] { proxy_.CloseAtAnswers(); }));
  const absl::Status status = store_->Write(
      [](Transaction& tx) { return tx.PutDpc({.id = "d", .package_name = "p", .title = "t"}); });
  proxy_.Heal();
  EXPECT_TRUE(absl::IsUnknown(status)) << status;
  EXPECT_TRUE(test::WaitUntil([&] { return Ask("SELECT count(*) FROM dpcs") == "1"; }));
}

TEST_F(UnknownCommitTest, CommitThatDoesNotArrive_IsUnknown) {
  const fault::Armed commit("store.commit", AtFirst([&] { proxy_.CloseAtRequests(); }));
  const absl::Status status = store_->Write(
      [](Transaction& tx) { return tx.PutDpc({.id = "d", .package_name = "p", .title = "t"}); });
  proxy_.Heal();
  EXPECT_TRUE(absl::IsUnknown(status)) << status;
  AwaitNoTransaction();
  EXPECT_EQ(Ask("SELECT count(*) FROM dpcs"), "0");
}

TEST_F(UnknownCommitTest, LostBeforeTheCommit_IsUnavailable) {
  const absl::Status status = store_->Write([&](Transaction& tx) {
    proxy_.CloseAtRequests();
    return tx.PutDpc({.id = "d", .package_name = "p", .title = "t"});
  });
  proxy_.Heal();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
}

TEST_F(UnknownCommitTest, BatchThatWasStored_IsAnsweredWithItsOperation) {
  const fault::Armed commit("store.commit", AtFirst([&] { proxy_.CloseAtAnswers(); }));
  std::thread healer([&] {
    AwaitCount("1");
    proxy_.Heal();
  });
  const absl::StatusOr<OperationHead> head = Accept();
  healer.join();
  ExpectStoredOnce(head);
  EXPECT_EQ(store_->Read().value()->FindOperation(head->id).value()->account, "a@example.com");
}

TEST_F(UnknownCommitTest, BatchThatWasNotStored_IsStoredThen) {
  std::atomic<bool> closing = false;
  const fault::Armed commit("store.commit", AtFirst([&] {
                              proxy_.CloseAtRequests();
                              closing = true;
                            }));
  std::thread healer([&] {
    EXPECT_TRUE(test::WaitUntil([&] { return closing.load(); }));
    AwaitNoTransaction();
    proxy_.Heal();
  });
  const absl::StatusOr<OperationHead> head = Accept();
  healer.join();
  ExpectStoredOnce(head);
}

// The old session's transaction is still open when the operation is added again.
TEST_F(UnknownCommitTest, BatchWhoseOldTransactionIsStillOpen_WaitsForItsEnd) {
  const fault::Armed commit("store.commit", AtFirst([&] { proxy_.Cut(); }));
  // The store's listener notices the cut in a few seconds. The old session waits for its
  // COMMIT until the server ends it.
  std::thread healer([&] {
    EXPECT_TRUE(test::WaitUntil([&] { return absl::IsUnavailable(store_->Ping()); }));
    proxy_.Heal();
  });
  const absl::StatusOr<OperationHead> head = Accept();
  healer.join();
  ExpectStoredOnce(head);
}

TEST_F(UnknownCommitTest, TerminatedSession_StoresTheBatchInAnother) {
  const fault::Armed commit(
      "store.commit", AtFirst([&] {
        Ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND state LIKE 'idle in transaction%'");
        AwaitNoTransaction();
      }));
  ExpectStoredOnce(Accept());
}

TEST_F(UnknownCommitTest, DatabaseThatStaysAway_IsUnknown) {
  const fault::Armed commit("store.commit", AtFirst([&] { proxy_.CloseAtAnswers(); }));
  const absl::StatusOr<OperationHead> head = Accept(absl::Milliseconds(300));
  EXPECT_TRUE(absl::IsUnknown(head.status())) << head.status();
  AwaitCount("1");
}

// It is certain then that the batch is not stored.
TEST_F(UnknownCommitTest, PartnerWithTooManyOperations_GetsThatError) {
  for (int i = 1; i < limits::kUnfinishedOperationsPerPartner; ++i) ASSERT_TRUE(Accept().ok());
  const fault::Armed commit(
      "store.commit", AtFirst([&] {
        proxy_.CloseAtRequests();
        // Another replica stores the last one that fits.
        Ask("INSERT INTO operations (id, partner, number, accepted_us, items, kind) "
            "VALUES (1, 7, 1000000, 0, 1, 2)");
      }));
  std::thread healer([&] {
    AwaitNoTransaction();
    proxy_.Heal();
  });
  const absl::StatusOr<OperationHead> head = Accept();
  healer.join();
  EXPECT_EQ(errors::HttpStatusOf(head.status()), 429) << head.status();
  EXPECT_EQ(Ask("SELECT count(*) FROM operations"),
            std::to_string(limits::kUnfinishedOperationsPerPartner));
}

}  // namespace
}  // namespace zerotouch::store
