// SPDX-License-Identifier: Apache-2.0
// A full disk: callers get an error to retry, a batch waits, and after space is freed
// nothing is lost and no item has run twice.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <fstream>
#include <memory>

#include "e2e/sandbox_test_base.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

constexpr int kBatchItems = 1000;

class FullDiskTest : public testing::Test {
 protected:
  void Start(const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"sandbox", "--listen",    "127.0.0.1:0", "--data-dir",
                                          data_,     "--log-level", "error"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    server_ = std::make_unique<ServerProcess>(arguments);
    ASSERT_NE(server_->ready_line(), "");
    sandbox_ = ParseSandbox(server_->ready_line());
    caller_ = std::make_unique<ApiCaller>(sandbox_.endpoint, sandbox_.first.credentials);
  }

  // Limits the size of the server's files from now on.
  void LimitFiles(rlim_t bytes) {
    rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    ASSERT_EQ(prlimit(server_->pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
  }

  std::string Claim(int number) const {
    return fmt::format(R"({{"deviceIdentifier":{{"meid":"A000000{:07}"}},{},"customerId":"{}"}})",
                       number, kZeroTouch, sandbox_.first.customer);
  }
  Answer ClaimAlone(int number) {
    return caller_->Post(sandbox_.first.Devices() + ":claim", Claim(number));
  }
  std::string AcceptClaims() {
    std::string body = R"({"claims":[)";
    for (int i = 0; i < kBatchItems; ++i) body += (i == 0 ? "" : ",") + Claim(i);
    const Answer answer = caller_->Post(sandbox_.first.Devices() + ":claimAsync", body + "]}");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return "/v1/" + FieldIn(answer.body, "name");
  }
  std::string Progress(const std::string& operation) {
    const Answer answer = caller_->Get(operation);
    EXPECT_EQ(answer.status, 200) << "reads go on: " << answer.body;
    return Json(answer.body)["/metadata/progress"];
  }
  // Returns the progress at which the operation stops.
  std::string Standstill(const std::string& operation) {
    std::string stands;
    int times = 0;
    EXPECT_TRUE(WaitUntil([&] {
      const std::string now = Progress(operation);
      times = now == stands ? times + 1 : 0;
      stands = now;
      return times == 40;
    }));
    return stands;
  }
  void ExpectAllDone(const std::string& operation) {
    std::string body;
    ASSERT_TRUE(WaitUntil([&] {
      body = caller_->Get(operation).body;
      return Json(body)["/done"] == "true";
    })) << body;
    const Json json(body);
    EXPECT_EQ(json["/response/successCount"], std::to_string(kBatchItems));
    EXPECT_EQ(json.Size("/response/perDeviceStatus"), static_cast<size_t>(kBatchItems));
  }
  static void ExpectToldToComeAgain(const Answer& answer) {
    ExpectError(answer, 503, "UNAVAILABLE");
    EXPECT_EQ(answer.Header("Retry-After"), "1");
    EXPECT_EQ(answer.body.find("SQLite"), std::string::npos) << answer.body;
    EXPECT_EQ(answer.body.find("disk"), std::string::npos) << answer.body;
  }

  void ExpectNotReady() {
    const Answer answer = caller_->Get("/readyz");
    ExpectError(answer, 503, "UNAVAILABLE");
    EXPECT_NE(answer.body.find("writes fail: SQLite: "), std::string::npos) << answer.body;
  }

  const TempDir dir_;
  std::string data_ = dir_ / "data";
  std::unique_ptr<ServerProcess> server_;
  Sandbox sandbox_;
  std::unique_ptr<ApiCaller> caller_;
};

TEST_F(FullDiskTest, SingleCalls_AreToldToRetry_AndLeaveNoPartialChange) {
  Start();
  EXPECT_EQ(ClaimAlone(1).status, 200);
  LimitFiles(1);
  ExpectToldToComeAgain(ClaimAlone(2));
  ExpectToldToComeAgain(caller_->Post(sandbox_.first.Devices() + ":unclaimAsync",
                                      R"({"unclaims":[{"deviceId":"5"}]})"));
  EXPECT_EQ(caller_->Get("/healthz").status, 200) << "the process is alive";
  ExpectNotReady();
  LimitFiles(RLIM_INFINITY);
  EXPECT_TRUE(WaitUntil([&] { return caller_->Get("/readyz").status == 200; })) << "by itself";
  const std::string find = sandbox_.first.Devices() + ":findByIdentifier";
  EXPECT_EQ(caller_->Post(find, R"({"deviceIdentifier":{"meid":"A0000000000002"},"limit":1})").body,
            "{}\n")
      << "it was not claimed";
  EXPECT_EQ(ClaimAlone(2).status, 200);
  EXPECT_EQ(server_->Terminate(), 0);
}

TEST_F(FullDiskTest, Batch_WaitsForSpace_AndContinues) {
  Start({"--operation-items-per-second", "1000"});
  const std::string operation = AcceptClaims();
  while (Progress(operation).empty()) {
  }
  LimitFiles(1);
  EXPECT_NE(Standstill(operation), "100");
  LimitFiles(RLIM_INFINITY);
  ExpectAllDone(operation);
  EXPECT_EQ(server_->Terminate(), 0);
}

TEST_F(FullDiskTest, ServerStoppedOnAFullDisk_ContinuesTheBatchLater) {
  Start({"--operation-items-per-second", "1000"});
  const std::string operation = AcceptClaims();
  while (Progress(operation).empty()) {
  }
  LimitFiles(1);
  EXPECT_EQ(server_->Terminate(), 0);
  Start();
  ExpectAllDone(operation);
}

// The same on a full file system, if the test may mount one.
TEST_F(FullDiskTest, FullFileSystem_BehavesTheSame) {
  if (mount("none", dir_.path().c_str(), "tmpfs", 0, "size=8m") != 0) {
    GTEST_SKIP() << "only root can mount one";
  }
  Start({"--operation-items-per-second", "1000"});
  const std::string operation = AcceptClaims();
  {
    std::ofstream filler(dir_ / "filler", std::ios::binary);
    const std::string block(4096, 'x');
    while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  bool refused = false;
  for (int i = 0; i < 2000 && !refused; ++i) {
    const Answer answer = ClaimAlone(kBatchItems + i);
    if (answer.status == 200) continue;  // there was room left in the log
    refused = true;
    ExpectToldToComeAgain(answer);
  }
  EXPECT_TRUE(refused);
  ExpectNotReady();
  std::filesystem::remove(dir_ / "filler");
  ExpectAllDone(operation);
  EXPECT_EQ(ClaimAlone(kBatchItems + 3000).status, 200);
  EXPECT_EQ(server_->Terminate(), 0);
  EXPECT_EQ(umount(dir_.path().c_str()), 0);
}

TEST_F(FullDiskTest, StartOnAFullDisk_Fails_AndTheNextStartWorks) {
  if (mount("none", dir_.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "only root can mount one";
  }
  const std::vector<std::string> arguments = {"sandbox", "--listen", "127.0.0.1:0", "--data-dir",
                                              data_};
  const ProgramRun run = RunZerotouchd(arguments);
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_NE(run.err.find("room"), std::string::npos) << run.err;
  EXPECT_EQ(mount("none", dir_.path().c_str(), "tmpfs", MS_REMOUNT, "size=8m"), 0);
  Start();
  EXPECT_EQ(ClaimAlone(1).status, 200);
  EXPECT_EQ(server_->Terminate(), 0);
  EXPECT_EQ(umount(dir_.path().c_str()), 0);
}

}  // namespace
}  // namespace zerotouch::test
