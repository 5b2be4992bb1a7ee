// SPDX-License-Identifier: Apache-2.0
// SIGKILL at random moments of a batch: the operation continues after each restart,
// and in the end every device has one result and no item has run twice.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "model/identity.h"
#include "support/server_process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

constexpr int kItems = 5000;
constexpr int kKills = 25;

std::string ImeiNumber(int i) {
  const std::string digits = fmt::format("35{:012}", i);
  return digits + LuhnDigit(digits);
}

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class KillTest : public testing::Test {
 protected:
  // Starts the server, slowed down so that a kill hits the middle of the batch.
  void Start() {
    server_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{"sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir_ / "data",
                                 "--log-level", "error", "--operation-items-per-second", "4000"});
    sandbox_ = ParseSandbox(server_->ready_line());
    ASSERT_FALSE(sandbox_.endpoint.empty());
    caller_ = std::make_unique<ApiCaller>(sandbox_.endpoint, sandbox_.first.credentials);
  }

  std::string Post(const std::string& method, const std::string& body) {
    const Answer answer =
        caller_->Post("/v1/partners/" + sandbox_.first.partner + "/devices:" + method, body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return "/v1/" + FieldIn(answer.body, "name");
  }

  // Kills and restarts the server until the operation is done. Returns the operation.
  std::string KillUntilDone(const std::string& path, std::mt19937& random, int& kills) {
    for (int round = 0; round < 1000; ++round) {
      if (kills < kKills) {
        LetRun(std::chrono::milliseconds(random() % 120));
        server_->Kill();
        ++kills;
        Start();
      } else {
        LetRun(std::chrono::milliseconds(20));
      }
      const Answer answer = caller_->Get(path);
      if (answer.body.find("\"done\": true") != std::string::npos) return answer.body;
    }
    ADD_FAILURE() << "the operation did not finish";
    return "";
  }

  TempDir dir_;
  std::unique_ptr<ServerProcess> server_;
  Sandbox sandbox_;
  std::unique_ptr<ApiCaller> caller_;
};

TEST_F(KillTest, Batches_Continue_EachDeviceOnce) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  Start();
  std::string claims = R"({"claims":[)";
  std::string unclaims = R"({"unclaims":[)";
  for (int i = 0; i < kItems; ++i) {
    const std::string item = fmt::format(
        R"({}{{"deviceIdentifier":{{"imei":"{}"}},"sectionType":"SECTION_TYPE_ZERO_TOUCH")",
        i == 0 ? "" : ",", ImeiNumber((i * 37) % kItems));
    claims += item + fmt::format(R"(,"customerId":"{}"}})", sandbox_.first.customer);
    unclaims += item + "}";
  }
  int kills = 0;
  std::mt19937 no_kills(1);
  int enough = kKills;
  KillUntilDone(Post("claimAsync", claims + "]}"), no_kills, enough);

  std::string finished;
  while (kills < kKills) {
    finished = KillUntilDone(Post("unclaimAsync", unclaims + "]}"), random, kills);
    ASSERT_EQ(CountOf(finished, "STATUS_SUCCESS\""), static_cast<size_t>(kItems))
        << "a device was lost, or given up twice";
    size_t at = 0;
    for (int i = 0; i < kItems; ++i) {
      at = finished.find("\"imei\": \"" + ImeiNumber((i * 37) % kItems), at);
      ASSERT_NE(at, std::string::npos) << "item " << i << " is not in its place";
    }
    int again = kKills;
    const std::string claimed = KillUntilDone(Post("claimAsync", claims + "]}"), no_kills, again);
    ASSERT_EQ(CountOf(claimed, "STATUS_SUCCESS\""), static_cast<size_t>(kItems));
  }
  EXPECT_GE(kills, kKills);
}

}  // namespace
}  // namespace zerotouch::test
