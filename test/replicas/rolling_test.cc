// SPDX-License-Identifier: Apache-2.0
// Replicas that are restarted and upgraded one after the other under load: no call
// fails.

#include <fmt/format.h>

#include "replicas/replicas_test_base.h"

namespace zerotouch::test {
namespace {

using RollingTest = ReplicasTest;

TEST_F(RollingTest, RestartOneAfterTheOther_NoCallFails) {
  ASSERT_NO_FATAL_FAILURE(StartReplicas(3, {"--operation-items-per-second", "4000"}));
  const std::unique_ptr<Load> load = StartLoad(6);
  const std::string path = Accept(*replicas_[0], "claimAsync", ClaimBody(kItems, first().customer));
  AwaitWorker(path, 1);
  for (int round = 0; round < 2; ++round) {
    for (const std::unique_ptr<Replica>& replica : replicas_) {
      AwaitAnswers(*load, 100);
      EXPECT_EQ(replica->Terminate(), 0);
      AwaitAnswers(*load, 100);
      ASSERT_NO_FATAL_FAILURE(replica->Start());
      EXPECT_EQ(replica->Readyz(), 200);
    }
  }
  const Tally& tally = load->Stop();
  EXPECT_EQ(tally.wrong, std::vector<std::string>());
  EXPECT_EQ(tally.unavailable, 0);
  fmt::print("[ MEASURED ] {} calls answered, the longest took {} ms\n", tally.answered,
             tally.longest.count());
  ExpectNothingLost(tally);
  ExpectEachItemOnce(AwaitDone(*replicas_[2], path), kItems);
}

TEST_F(RollingTest, NewerSchema_IsWorkedWith_UntilItSaysNotTo) {
  ASSERT_NO_FATAL_FAILURE(StartReplicas(2));
  const std::unique_ptr<Load> load = StartLoad(3);
  AwaitAnswers(*load, 100);
  // Migrates as the first replica of a newer program does when it starts.
  for (const char* sql : {"ALTER TABLE statements ADD COLUMN colour text",
                          "ALTER TABLE claims ADD COLUMN reason text",
                          "ALTER TABLE operations ADD COLUMN origin text",
                          "UPDATE registry_version SET schema = schema + 1"}) {
    Sql(sql);
  }
  AwaitAnswers(*load, 100);
  EXPECT_EQ(replicas_[0]->Terminate(), 0);
  ASSERT_NO_FATAL_FAILURE(replicas_[0]->Start());
  AwaitAnswers(*load, 100);
  AwaitDone(*replicas_[0], Accept(*replicas_[1], "claimAsync", ClaimBody(100, first().customer)));
  const Tally& tally = load->Stop();
  EXPECT_EQ(tally.wrong, std::vector<std::string>());
  EXPECT_EQ(tally.unavailable, 0);
  ExpectNothingLost(tally);

  const std::string schema = Sql("SELECT schema FROM registry_version");
  Sql("UPDATE registry_version SET oldest_program = schema");
  const TempDir dir;
  const ProgramRun refused = RunZerotouchd(
      {"sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir / "data", "--database", database_});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_EQ(refused.out, "");
  EXPECT_EQ(std::count(refused.err.begin(), refused.err.end(), '\n'), 1) << refused.err;
  EXPECT_NE(refused.err.find("schema version " + schema), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("newer zerotouchd"), std::string::npos) << refused.err;
}

// The prepared statements of a replica's sessions return other columns after a
// migration: each is refused at most once. The migration does not rewrite the table,
// because a transaction that began before would see a rewritten one as empty.
TEST_F(RollingTest, ColumnThatGetsAnotherType_IsReadOnNewSessions) {
  ASSERT_NO_FATAL_FAILURE(StartReplicas(2));
  const std::unique_ptr<Load> load = StartLoad(3);
  AwaitAnswers(*load, 100);
  Sql(R"(ALTER TABLE claims ALTER COLUMN workspace TYPE varchar COLLATE "C")");
  AwaitAnswers(*load, 100);
  const std::string path = Accept(*replicas_[0], "claimAsync", ClaimBody(1'000, first().customer));
  ExpectEachItemOnce(AwaitDone(*replicas_[1], path), 1'000);
  const Tally& tally = load->Stop();
  EXPECT_EQ(tally.wrong, std::vector<std::string>());
  ExpectNothingLost(tally);
}

}  // namespace
}  // namespace zerotouch::test
