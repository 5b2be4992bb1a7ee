// SPDX-License-Identifier: Apache-2.0
// Replicas that fail, or lose their connection, during a batch: another continues
// it within 5 s, and in the end every item has one result.

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "replicas/replicas_test_base.h"
#include "support/tcp_proxy.h"

namespace zerotouch::test {
namespace {

using std::chrono::milliseconds;

constexpr int kKills = 10;
constexpr milliseconds kTakeOver(5'000);

class TakeOverTest : public ReplicasTest {
 protected:
  // Slowed down, so that a worker can be interrupted in the middle.
  void StartSlowed(int items_per_second) {
    StartReplicas(3, {"--operation-items-per-second", std::to_string(items_per_second)});
  }
  void ClaimAll() {
    const std::string claims = ClaimBody(kItems, first().customer);
    ExpectEachItemOnce(AwaitDone(*replicas_[0], Accept(*replicas_[0], "claimAsync", claims)),
                       kItems);
  }
  // Starts an undo of the operation. Returns the path of the undo.
  std::string AcceptUndo(const Replica& replica, const std::string& path) const {
    const Answer answer = Post(replica, "/openzerotouch" + path + ":undo", "{}");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return "/v1/" + FieldIn(answer.body, "name");
  }
  // How many changes were ever made: each is an entry of the log.
  int64_t Changes() const {
    return std::stoll(Sql("SELECT coalesce(sum(height), 0) FROM log_heads"));
  }
  std::string Held() const { return Sql("SELECT count(*) FROM claims WHERE held"); }
};

TEST_F(TakeOverTest, KilledWorkers_OthersGoOnWithin5s_EachItemOnce) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  ASSERT_NO_FATAL_FAILURE(StartSlowed(16'000));
  const std::string claims = ClaimBody(kItems, first().customer);
  const std::string unclaims = UnclaimBody(kItems);
  milliseconds longest(0);
  const int64_t changes = Changes();
  std::string last;  // the operation before
  for (int run = 0; run < kKills; ++run) {
    SCOPED_TRACE(fmt::format("run {}", run));
    // A claim, and then by turns unclaims and their undos.
    const bool claim = run % 2 == 0;
    const Replica& called = *replicas_[random() % 3];
    const std::string path = run == 0 ? Accept(called, "claimAsync", claims)
                             : claim  ? AcceptUndo(called, last)
                                      : Accept(called, "unclaimAsync", unclaims);
    last = path;
    Replica& worker = AwaitWorker(path, 1 + static_cast<int64_t>(random() % (kItems * 3 / 4)));
    const StoredOperation before = Stored(path);
    ASSERT_FALSE(before.finished) << "the kill is to land in the middle";
    worker.Kill();
    const milliseconds took = AwaitTakeOver(path, before);
    EXPECT_LT(took, kTakeOver);
    longest = std::max(longest, took);
    ASSERT_NO_FATAL_FAILURE(worker.Start());
    ASSERT_NO_FATAL_FAILURE(ExpectEachItemOnce(AwaitDone(worker, path), kItems));
    EXPECT_EQ(Held(), claim ? std::to_string(kItems) : "0");
    // Each run changed each claim exactly once.
    EXPECT_EQ(Changes(), changes + int64_t{kItems} * (run + 1));
  }
  Report(fmt::format("longest of {} take-overs after SIGKILL", kKills), longest);
}

TEST_F(TakeOverTest, StoppedWorker_LosesItsLease_AndItsLateWriteIsRefused) {
  ASSERT_NO_FATAL_FAILURE(StartSlowed(4'000));
  ClaimAll();
  const int64_t changes = Changes();
  const std::string path = Accept(*replicas_[0], "unclaimAsync", UnclaimBody(kItems));
  Replica& stopped = AwaitWorker(path, 1'000);
  const StoredOperation before = Stored(path);
  stopped.Pause();
  const milliseconds took = AwaitTakeOver(path, before);
  EXPECT_LT(took, kTakeOver);
  Report("take-over after SIGSTOP", took);
  // It still assumes that it has the lease, and continues with its next chunk.
  const StoredOperation taken = Stored(path);
  ASSERT_FALSE(taken.finished);
  stopped.Resume();
  ExpectEachItemOnce(AwaitDone(stopped, path), kItems);
  const StoredOperation after = Stored(path);
  EXPECT_EQ(after.token, taken.token) << "the replica that took over finished it";
  EXPECT_EQ(after.holder, taken.holder);
  EXPECT_EQ(Held(), "0");
  EXPECT_EQ(Changes(), changes + kItems);
  // It continues, now alone.
  for (const std::unique_ptr<Replica>& replica : replicas_) {
    if (replica.get() == &stopped) continue;
    EXPECT_EQ(replica->Terminate(), 0);
  }
  EXPECT_EQ(stopped.Readyz(), 200);
  const std::string next = Accept(stopped, "claimAsync", ClaimBody(1'000, first().customer));
  ExpectEachItemOnce(AwaitDone(stopped, next), 1'000);
}

TEST_F(TakeOverTest, ReplicaWithoutNetwork_SaysSo_LosesItsLease_AndRecovers) {
  // The first replica connects through a proxy that can be cut.
  PostgresCluster& cluster = PostgresCluster::Shared();
  const std::string database = cluster.CreateDatabase();
  TcpProxy proxy(cluster.port());
  std::string through = database;
  const std::string port = fmt::format(":{}/", cluster.port());
  through.replace(through.find(port), port.size(), fmt::format(":{}/", proxy.port()));
  const std::vector<std::string> slowed = {"--operation-items-per-second", "2000"};
  ASSERT_NO_FATAL_FAILURE(StartReplicas(1, slowed, through));
  Replica& cut = *replicas_[0];
  const std::string path = Accept(cut, "claimAsync", ClaimBody(kItems, first().customer));
  ASSERT_EQ(&AwaitWorker(path, 1'000), &cut);
  ASSERT_NO_FATAL_FAILURE(StartReplicas(2, slowed, database));

  const StoredOperation before = Stored(path);
  proxy.Cut();
  const auto start = std::chrono::steady_clock::now();
  const milliseconds took = AwaitTakeOver(path, before);
  EXPECT_LT(took, kTakeOver);
  Report("take-over after the network was cut", took);
  EXPECT_TRUE(WaitUntil([&] { return cut.Readyz() == 503; }));
  Report("not ready after the network was cut",
         std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start));
  const Answer answer = Get(cut, path);
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_NE(answer.Header("Retry-After"), "");
  EXPECT_EQ(cut.Healthz(), 200);
  EXPECT_EQ(replicas_[1]->Readyz(), 200);

  const StoredOperation taken = Stored(path);
  proxy.Heal();
  const auto healed = std::chrono::steady_clock::now();
  ASSERT_TRUE(WaitUntil([&] { return cut.Readyz() == 200; })) << cut.Readyz() << ": " << cut.Log();
  Report("ready after the network was healed",
         std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - healed));
  ExpectEachItemOnce(AwaitDone(cut, path), kItems);
  EXPECT_EQ(Stored(path).token, taken.token) << "the replica that took over finished it";
  EXPECT_EQ(Held(), std::to_string(kItems));
  EXPECT_EQ(Sql("SELECT max(version) FROM claims"), "0") << "done twice";
}

}  // namespace
}  // namespace zerotouch::test
