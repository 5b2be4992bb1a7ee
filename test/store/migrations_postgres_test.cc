// SPDX-License-Identifier: Apache-2.0
// Migrations of a PostgreSQL registry that is in use.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <chrono>
#include <thread>
#include <vector>

#include "base/log.h"
#include "store/postgres/schema.h"
#include "store/store.h"
#include "support/postgres_cluster.h"
#include "support/wait.h"

namespace zerotouch::store::postgres {
namespace {

// A migration of a newer program. It changes two tables, and adds a row each time
// it is run.
constexpr char kNewer[] =
    "ALTER TABLE statements ADD COLUMN colour text;"
    "ALTER TABLE claims ADD COLUMN reason text;"
    "INSERT INTO dpcs (id, package_name, title) VALUES ('run', 'p', 't');";

class MigrationsPostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    log::SetLevel(log::Level::kError);
    ASSERT_TRUE(Open(url_, Clock::System()).ok());
    migrations_.assign(Migrations().begin(), Migrations().end());
    migrations_.push_back(kNewer);
  }
  void TearDown() override { log::SetLevel(log::Level::kInfo); }

  // Migrates as a replica of the newer program does when it starts.
  absl::Status Upgrade() {
    auto db = Session::Open(url_);
    return db.ok() ? PrepareSchema(**db, migrations_) : db.status();
  }
  std::thread StartUpgrade() {
    return std::thread([this] {
      const absl::Status status = Upgrade();
      EXPECT_TRUE(status.ok()) << status;
    });
  }
  std::string Ask(const std::string& sql) const {
    return cluster_.Run(sql, test::PostgresCluster::DatabaseOf(url_));
  }
  void ExpectUpgradedOnce() const {
    EXPECT_EQ(Ask("SELECT schema FROM registry_version"), std::to_string(migrations_.size()));
    EXPECT_EQ(Ask("SELECT count(*) FROM dpcs WHERE id = 'run'"), "1");
  }
  // Returns a session with an open transaction that ran `sql`.
  std::unique_ptr<Session> OpenTransaction(const char* sql) {
    auto db = Session::Open(url_).value();
    EXPECT_TRUE(db->RunScript("SET idle_in_transaction_session_timeout = 0").ok());
    EXPECT_TRUE(db->RunScript(fmt::format("BEGIN; {}", sql).c_str()).ok());
    return db;
  }
  void AwaitWaitingMigration() const {
    EXPECT_TRUE(test::WaitUntil([&] {
      return Ask("SELECT count(*) FROM pg_locks WHERE NOT granted "
                 "AND mode = 'AccessExclusiveLock' AND locktype = 'relation'") != "0";
    }));
  }

  test::PostgresCluster& cluster_ = test::PostgresCluster::Shared();
  const std::string url_ = cluster_.CreateDatabase();
  std::vector<const char*> migrations_;
};

TEST_F(MigrationsPostgresTest, ThreeAtOnceOnAnOldRegistry_OneUpgradesIt) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.push_back(StartUpgrade());
  for (std::thread& thread : threads) thread.join();
  ExpectUpgradedOnce();
}

TEST_F(MigrationsPostgresTest, RegistryOfTheFirstVersion_IsBroughtUpToDate_WithAllThatIsInIt) {
  const std::string url = cluster_.CreateDatabase();
  {
    const auto db = Session::Open(url).value();
    const std::vector<const char*> first = {Migrations()[0]};
    ASSERT_TRUE(PrepareSchema(*db, first).ok());
    ASSERT_TRUE(
        db->RunScript("INSERT INTO partners VALUES (1, 'Reseller', 0);"
                      "INSERT INTO service_accounts VALUES ('a@example.com', '1', 1, false);"
                      "INSERT INTO account_keys VALUES ('a@example.com', 'k1', 'PEM', 0);"
                      "INSERT INTO operations (id, partner, number, accepted_us, items, kind) "
                      "VALUES (99, 1, 1, 0, 1, 2);")
            .ok());
  }
  const auto store = Open(url, Clock::System());
  ASSERT_TRUE(store.ok()) << store.status();
  const auto snapshot = (*store)->Read().value();
  EXPECT_TRUE(snapshot->FindOperation(OperationId(99)).value().has_value());
  const int64_t version = snapshot->AccountsVersion().value();
  ASSERT_TRUE(
      (*store)->Write([](Transaction& tx) { return tx.RevokeKey("a@example.com", "k1"); }).ok());
  EXPECT_NE((*store)->Read().value()->AccountsVersion().value(), version);
}

TEST_F(MigrationsPostgresTest, OlderProgram_WorksWithTheNewerSchema) {
  ASSERT_TRUE(Upgrade().ok());
  EXPECT_TRUE(Open(url_, Clock::System()).ok());
  ExpectUpgradedOnce();
}

TEST_F(MigrationsPostgresTest, LongReader_DelaysTheMigration_WhichDoesNotBlockOthersForLong) {
  const auto reader = OpenTransaction("SELECT count(*) FROM claims");
  std::thread upgrade = StartUpgrade();
  AwaitWaitingMigration();
  using Clock = std::chrono::steady_clock;
  Clock::duration longest{};
  for (const Clock::time_point end = Clock::now() + std::chrono::seconds(7); Clock::now() < end;) {
    const Clock::time_point start = Clock::now();
    EXPECT_EQ(Ask("SELECT count(*) FROM claims"), "0");
    longest = std::max(longest, Clock::now() - start);
  }
  EXPECT_LT(longest, std::chrono::seconds(5));
  EXPECT_EQ(Ask("SELECT schema FROM registry_version"), std::to_string(Migrations().size()));
  EXPECT_TRUE(reader->RunScript("COMMIT").ok());
  upgrade.join();
  ExpectUpgradedOnce();
}

TEST_F(MigrationsPostgresTest, Deadlock_IsRetried) {
  // The migration changes `statements` and then `claims`; the other transaction locks them in
  // reverse order, and never looks for a deadlock itself.
  cluster_.Run("GRANT SET ON PARAMETER deadlock_timeout TO PUBLIC");
  const auto other = OpenTransaction(
      "SET LOCAL deadlock_timeout = '10min'; LOCK TABLE claims IN ROW EXCLUSIVE MODE");
  std::thread upgrade = StartUpgrade();
  AwaitWaitingMigration();
  // The migration detects the deadlock, or gives up waiting.
  const absl::Status locked = other->RunScript("LOCK TABLE statements IN ROW EXCLUSIVE MODE");
  EXPECT_TRUE(locked.ok()) << locked;
  EXPECT_TRUE(other->RunScript("COMMIT").ok());
  upgrade.join();
  ExpectUpgradedOnce();
}

}  // namespace
}  // namespace zerotouch::store::postgres
