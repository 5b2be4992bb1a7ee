// SPDX-License-Identifier: Apache-2.0
// Replicas whose database fails, hangs, or is replaced by its standby: callers are
// told to retry, no acknowledged change is lost, and the replicas recover.

#include <fmt/format.h>

#include "replicas/replicas_test_base.h"

namespace zerotouch::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kClients = 6;

// How long a call may take at most, whatever the database does.
constexpr milliseconds kPatience(20'000);

class DatabaseLossTest : public ReplicasTest {
 protected:
  // Starts two replicas under load, with a batch that is partly done.
  void StartWork(const std::string& database) {
    ASSERT_NO_FATAL_FAILURE(StartReplicas(2, {"--operation-items-per-second", "4000"}, database));
    load_ = StartLoad(kClients);
    batch_ = Accept(*replicas_[0], "claimAsync", ClaimBody(kItems, first().customer));
    AwaitWorker(batch_, 2'000);
    AwaitAnswers(*load_, 100);
  }
  void AwaitRefusals(int count) {
    const int before = load_->unavailable();
    EXPECT_TRUE(WaitUntil([&] { return load_->unavailable() >= before + count; }));
  }
  void ExpectCutOff() {
    for (const std::unique_ptr<Replica>& replica : replicas_) {
      EXPECT_EQ(replica->Healthz(), 200) << "to start it again would not help";
      EXPECT_TRUE(WaitUntil([&] { return replica->Readyz() == 503; }));
    }
  }
  // Expects that probes are answered at once, whatever waits for the database, until
  // every replica says that it is not ready.
  void ExpectQuickProbes() {
    constexpr auto kProbeTime = milliseconds(100);
    int probes = 0;
    int slow = 0;
    milliseconds longest(0);
    const auto timed = [&](const auto& probe) {
      const auto start = steady_clock::now();
      const long status = probe();
      const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
      ++probes;
      slow += took > kProbeTime;
      longest = std::max(longest, took);
      return status;
    };
    for (const std::unique_ptr<Replica>& replica : replicas_) {
      long ready = 200;
      while (ready == 200) {
        EXPECT_EQ(timed([&] { return replica->Healthz(); }), 200);
        ready = timed([&] { return replica->Readyz(); });
      }
      EXPECT_EQ(ready, 503);
      for (int i = 0; i < 50; ++i) timed([&] { return replica->Readyz(); });
    }
    // The machine may be busy with other tests.
    EXPECT_LE(slow, probes / 20) << "of " << probes;
    Report("the longest probe of a server whose database hangs", longest);
  }
  // Measures how long it takes from now until all replicas are ready and calls are
  // answered.
  milliseconds AwaitRecovery() {
    const auto start = steady_clock::now();
    for (const std::unique_ptr<Replica>& replica : replicas_) {
      EXPECT_TRUE(WaitUntil([&] { return replica->Readyz() == 200; }));
    }
    AwaitAnswers(*load_, 1);
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
  }
  void ExpectAllThere() {
    AwaitAnswers(*load_, 100);
    const Tally& tally = load_->Stop();
    EXPECT_LT(tally.longest, kPatience);
    EXPECT_EQ(tally.wrong, std::vector<std::string>());
    EXPECT_GT(tally.unavailable, 0);
    ExpectNothingLost(tally);
    ExpectEachItemOnce(AwaitDone(*replicas_[1], batch_), kItems);
    EXPECT_EQ(Sql("SELECT count(*) FROM claims WHERE version > 1"), "0") << "done twice";
    EXPECT_LE(tally.unknown, kClients) << "only calls whose commit was under way";
    fmt::print(
        "[ MEASURED ] {} calls answered, {} told to come again, {} unknown, the longest took {} "
        "ms\n",
        tally.answered, tally.unavailable, tally.unknown, tally.longest.count());
  }

  std::unique_ptr<Load> load_;
  std::string batch_;
};

TEST_F(DatabaseLossTest, KilledDatabase_CallersAreToldToComeAgain_NothingIsLost) {
  PostgresCluster cluster({});
  cluster_ = &cluster;
  ASSERT_NO_FATAL_FAILURE(StartWork(cluster.CreateDatabase()));
  cluster.Kill();
  AwaitRefusals(50);
  ExpectCutOff();
  cluster.Start();
  Report("recovery after the database was killed", AwaitRecovery());
  ExpectAllThere();
}

TEST_F(DatabaseLossTest, HangingDatabase_KeepsNobodyForEver) {
  PostgresCluster cluster({});
  cluster_ = &cluster;
  ASSERT_NO_FATAL_FAILURE(StartWork(cluster.CreateDatabase()));
  cluster.Pause();
  const auto start = steady_clock::now();
  ExpectQuickProbes();
  AwaitRefusals(kClients);
  Report("the first refusals of a database that hangs",
         std::chrono::duration_cast<milliseconds>(steady_clock::now() - start));
  ExpectCutOff();
  cluster.Resume();
  Report("recovery after the database hung", AwaitRecovery());
  ExpectAllThere();
}

TEST_F(DatabaseLossTest, PromotedStandby_IsGoneOnWith_NothingIsLost) {
  PostgresCluster primary({});
  const std::string database = PostgresCluster::DatabaseOf(primary.CreateDatabase());
  const std::unique_ptr<PostgresCluster> standby = primary.MakeStandby();
  cluster_ = &primary;
  ASSERT_NO_FATAL_FAILURE(StartWork(primary.UrlOf(database, *standby)));
  primary.Kill();
  AwaitRefusals(1);
  standby->Promote();
  cluster_ = standby.get();
  Report("recovery after the standby was promoted", AwaitRecovery());
  ExpectAllThere();
}

}  // namespace
}  // namespace zerotouch::test
