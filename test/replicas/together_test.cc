// SPDX-License-Identifier: Apache-2.0
// Replicas behave like one server: all accept the tokens of each, limits and order
// hold across them, and an idle one starts a batch immediately.

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "replicas/replicas_test_base.h"

namespace zerotouch::test {
namespace {

using std::chrono::milliseconds;

class TogetherTest : public ReplicasTest {
 protected:
  // Starts three replicas with one slow worker each, so that tests find operations
  // running.
  void StartSlow(int items_per_second) {
    StartReplicas(3, {"--operation-workers", "1", "--operation-items-per-second",
                      std::to_string(items_per_second)});
  }
  // Sends a batch of the second reseller, and returns the operation's path.
  std::string AcceptAsSecond(const Replica& replica, const std::string& body) const {
    const Answer answer = PostAsSecond(replica, second().Devices() + ":unclaimAsync", body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return "/v1/" + FieldIn(answer.body, "name");
  }
  void AwaitFinished(const std::string& path) const {
    EXPECT_TRUE(WaitUntil([&] { return Stored(path).finished; }));
  }
};

TEST_F(TogetherTest, TokensOfOne_AreGoodAtTheOthers) {
  ASSERT_NO_FATAL_FAILURE(StartReplicas(3));
  for (const std::unique_ptr<Replica>& minting : replicas_) {
    // Gets a token from another replica with the key file that this one wrote.
    const Replica& other = minting == replicas_[0] ? *replicas_[1] : *replicas_[0];
    const std::string key_file = minting->sandbox().first.credentials;
    crypto::JwtClaims claims = ClaimsOf(key_file, other.endpoint());
    claims.audience = other.endpoint() + "/token";
    const Answer granted =
        PostForm(other.endpoint() + "/token",
                 "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
                     SignToken(key_file, claims));
    ASSERT_EQ(granted.status, 200) << granted.body;
    const std::string token = Json(granted.body)["/access_token"];
    for (const std::unique_ptr<Replica>& replica : replicas_) {
      const Answer answer = CallUrl(
          "GET", replica->endpoint() + "/v1/partners/" + first().partner + "/customers", "", token);
      EXPECT_EQ(answer.status, 200) << answer.body;
    }
  }
}

// The same id at three replicas at once: one of them grants a token.
TEST_F(TogetherTest, AssertionWithAnId_IsGoodOnceAtAll) {
  ASSERT_NO_FATAL_FAILURE(StartReplicas(3));
  const std::string key_file = replicas_[0]->sandbox().first.credentials;
  for (int round = 0; round < 10; ++round) {
    std::vector<long> statuses(replicas_.size());
    std::vector<std::thread> threads;
    for (size_t i = 0; i < replicas_.size(); ++i) {
      threads.emplace_back([&, i] {
        const std::string endpoint = replicas_[i]->endpoint();
        crypto::JwtClaims claims = ClaimsOf(key_file, endpoint);
        claims.audience = endpoint + "/token";
        claims.id = fmt::format("id-{}", round);
        statuses[i] =
            PostForm(endpoint + "/token",
                     "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
                         SignToken(key_file, claims))
                .status;
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::sort(statuses.begin(), statuses.end());
    EXPECT_THAT(statuses, testing::ElementsAre(200, 400, 400)) << round;
  }
}

// A quota of 200 calls holds over all replicas within a tenth, while it refills.
TEST_F(TogetherTest, QuotaOfAnAccount_IsShared) {
  ASSERT_NO_FATAL_FAILURE(StartReplicas(3, {"--quota-per-100s", "200"}));
  const std::string path = "/v1/partners/" + first().partner + "/vendors";
  const auto begun = std::chrono::steady_clock::now();
  int accepted = 0;
  int refused = 0;
  while (refused < 30) {
    for (const std::unique_ptr<Replica>& replica : replicas_) {
      const Answer answer = Get(*replica, path);
      if (answer.status == 200) ++accepted;
      if (answer.status == 429) ++refused;
    }
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  EXPECT_GE(accepted, 180);
  EXPECT_LE(accepted, (200 + 2 * seconds) * 1.1);
}

// Each replica keeps accounts that it has read, and every call asks if they changed.
TEST_F(TogetherTest, RevokedKeyOrDisabledAccount_IsRefusedByAllFromTheNextCallOn) {
  ASSERT_NO_FATAL_FAILURE(StartReplicas(2));
  const TempDir dir;
  const auto admin = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"admin", "--database", database_});
    const ProgramRun run = RunZerotouchd(arguments);
    EXPECT_EQ(run.exit_code, 0) << run.err;
  };
  const std::string email = "extra@example.com";
  for (int round = 0; round < 3; ++round) {
    const std::string file = dir / fmt::format("key-{}.json", round);
    admin({"keys", "create", "--partner", first().partner, "--email", email, "--out", file,
           "--token-uri", replicas_[0]->endpoint() + "/token"});
    const std::string token =
        SignToken(file, ClaimsOf(file, "https://androiddeviceprovisioning.googleapis.com"));
    const auto expect = [&](long status, const char* why) {
      for (const std::unique_ptr<Replica>& replica : replicas_) {
        const std::string url =
            replica->endpoint() + "/v1/partners/" + first().partner + "/customers";
        EXPECT_EQ(CallUrl("GET", url, "", token).status, status) << why;
      }
    };
    expect(200, "a new key");
    admin({"accounts", "disable", email});
    expect(401, "a disabled account");
    admin({"accounts", "enable", email});
    expect(200, "an enabled account");
    admin(
        {"keys", "revoke", "--email", email, "--key-id", Json(ReadFile(file))["/private_key_id"]});
    expect(401, "a revoked key");
  }
}

TEST_F(TogetherTest, PageTokensOfOne_AreGoodAtTheOthers) {
  ASSERT_NO_FATAL_FAILURE(StartReplicas(3));
  AwaitDone(*replicas_[0], Accept(*replicas_[0], "claimAsync", ClaimBody(7, first().customer)));
  std::vector<std::string> seen;
  std::string token;
  size_t page = 0;
  do {
    const Answer answer = Post(*replicas_[page++ % 3], first().Devices() + ":findByOwner",
                               fmt::format(R"({{"limit":"2","customerId":["{}"],"pageToken":"{}",)"
                                           R"("sectionType":"SECTION_TYPE_ZERO_TOUCH"}})",
                                           first().customer, token));
    ASSERT_EQ(answer.status, 200) << answer.body;
    const Json json(answer.body);
    for (size_t i = 0; i < json.Size("/devices"); ++i) {
      seen.push_back(json[fmt::format("/devices/{}/deviceId", i)]);
    }
    token = json["/nextPageToken"];
  } while (!token.empty());
  EXPECT_EQ(page, 4u);
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 7u);
}

TEST_F(TogetherTest, Operations_AreMetAtAnyReplica) {
  ASSERT_NO_FATAL_FAILURE(StartSlow(500));
  const Replica& accepting = *replicas_[0];
  const Replica& other = *replicas_[1];
  const std::string running = Accept(accepting, "unclaimAsync", UnclaimBody(50'000));
  AwaitWorker(running, 1);
  EXPECT_EQ(Json(Get(other, running).body)["/metadata/processingStatus"],
            "BATCH_PROCESS_IN_PROGRESS");
  const std::string list = Get(other, "/v1/operations").body;
  EXPECT_NE(list.find(running.substr(4)), std::string::npos) << list;
  const Answer early = Call(other, "DELETE", running);
  EXPECT_EQ(early.status, 400) << early.body;
  // The replica that runs it stops.
  EXPECT_EQ(Post(other, running + ":cancel", "{}").status, 200);
  const Answer cancelled = Post(*replicas_[2], running + ":wait", R"({"timeout":"9s"})");
  EXPECT_EQ(Json(cancelled.body)["/done"], "true");
  EXPECT_EQ(Json(cancelled.body).Size("/response/perDeviceStatus"), 50'000u);
  // A replica waits for an operation that another runs.
  const std::string next = Accept(accepting, "unclaimAsync", UnclaimBody(500));
  for (const std::unique_ptr<Replica>& replica : replicas_) {
    EXPECT_TRUE(WaitUntil([&] {
      const Answer waited = Post(*replica, next + ":wait", R"({"timeout":"9s"})");
      EXPECT_EQ(waited.status, 200) << waited.body;
      return Json(waited.body)["/done"] == "true";
    }));
  }
  EXPECT_EQ(Call(other, "DELETE", next).status, 200);
  EXPECT_EQ(Get(accepting, next).status, 404);
}

TEST_F(TogetherTest, UnfinishedOperations_AreLimitedOverAllReplicas) {
  ASSERT_NO_FATAL_FAILURE(StartSlow(10));
  std::atomic<int> accepted = 0, refused = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 9; ++i) {
    callers.emplace_back([&, i] {
      for (int j = 0; j < 15; ++j) {
        const Answer answer = Post(*replicas_[i % 3], first().Devices() + ":unclaimAsync",
                                   R"({"unclaims":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},)"
                                   R"({},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]})");
        accepted += answer.status == 200 ? 1 : 0;
        if (answer.status == 200) continue;
        ++refused;
        EXPECT_EQ(answer.status, 429) << answer.body;
        EXPECT_NE(answer.Header("Retry-After"), "");
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  // Few have finished by then.
  const int finished =
      std::stoi(Sql("SELECT count(*) FROM operations WHERE finished_us IS NOT NULL"));
  EXPECT_GE(accepted, 100);
  EXPECT_LE(accepted, 100 + finished);
  EXPECT_GT(refused, 0);
  EXPECT_EQ(
      PostAsSecond(*replicas_[0], second().Devices() + ":unclaimAsync", R"({"unclaims":[{}]})")
          .status,
      200)
      << "others are free";
}

TEST_F(TogetherTest, BatchesOfAPartner_RunInOrder_PartnersSideBySide) {
  ASSERT_NO_FATAL_FAILURE(StartSlow(1'000));
  std::vector<std::string> of_first, of_second;
  for (size_t i = 0; i < 5; ++i) {
    of_first.push_back(Accept(*replicas_[i % 3], "unclaimAsync", UnclaimBody(600)));
    of_second.push_back(AcceptAsSecond(*replicas_[(i + 1) % 3], UnclaimBody(600)));
  }
  AwaitFinished(of_first.back());
  AwaitFinished(of_second.back());
  bool side_by_side = false;
  for (const std::vector<std::string>& paths : {of_first, of_second}) {
    for (size_t i = 1; i < paths.size(); ++i) {
      EXPECT_GE(Stored(paths[i]).started_us, Stored(paths[i - 1]).finished_us) << i;
    }
  }
  for (const std::string& one : of_first) {
    for (const std::string& other : of_second) {
      const StoredOperation a = Stored(one);
      const StoredOperation b = Stored(other);
      side_by_side |=
          a.started_us < b.finished_us && b.started_us < a.finished_us && a.holder != b.holder;
    }
  }
  EXPECT_TRUE(side_by_side);
}

TEST_F(TogetherTest, IdleReplica_StartsAtOnceWhatABusyOneAccepted) {
  ASSERT_NO_FATAL_FAILURE(StartSlow(1'000));
  const std::string keeps_busy = Accept(*replicas_[0], "unclaimAsync", UnclaimBody(50'000));
  std::vector<milliseconds> delays;
  for (int round = 0; round < 25; ++round) {
    const Replica& busy = AwaitWorker(keeps_busy, 1);
    const std::string path = AcceptAsSecond(busy, R"({"unclaims":[{}]})");
    AwaitFinished(path);
    const StoredOperation operation = Stored(path);
    if (operation.holder.ends_with(fmt::format(":{}", busy.pid()))) continue;
    delays.emplace_back((operation.started_us - operation.accepted_us) / 1000);
  }
  ASSERT_GE(delays.size(), 15u);
  std::ranges::sort(delays);
  const milliseconds median = delays[delays.size() / 2];
  Report("an idle replica started what a busy one had accepted (median)", median);
  // Idle workers also poll every 250 ms, which would take 125 ms on average.
  EXPECT_LT(median, milliseconds(80));
}

TEST_F(TogetherTest, SandboxesAtOnceOnAnEmptyDatabase_OneMakesIt_AllHaveTheSameTenants) {
  ASSERT_NO_FATAL_FAILURE(StartReplicas(3));
  size_t migrations = 0;
  for (const std::unique_ptr<Replica>& replica : replicas_) {
    EXPECT_EQ(replica->Readyz(), 200);
    EXPECT_EQ(replica->sandbox().first.partner, first().partner);
    EXPECT_EQ(replica->sandbox().second.partner, second().partner);
    EXPECT_EQ(replica->sandbox().first.customer, first().customer);
    if (replica->Log().find("migrating the database to") != std::string::npos) ++migrations;
  }
  EXPECT_EQ(migrations, 1u);
  EXPECT_EQ(Sql("SELECT count(*) FROM partners"), "2");
}

}  // namespace
}  // namespace zerotouch::test
