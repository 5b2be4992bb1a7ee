// SPDX-License-Identifier: Apache-2.0
// Tests of the file of a registry while a server has it open: another process
// locks it, it is removed, a second server opens it by another name.

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "e2e/sandbox_test_base.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

// The right to write to a registry, which this process takes from the server.
class WritingLock {
 public:
  explicit WritingLock(const std::string& registry)
      : fd_(open((registry + "-lock").c_str(), O_RDWR | O_CLOEXEC)) {
    struct flock range = {};
    range.l_type = F_WRLCK;
    range.l_start = 1;
    range.l_len = 1;
    EXPECT_EQ(fcntl(fd_, F_OFD_SETLKW, &range), 0);
  }
  ~WritingLock() { close(fd_); }
  WritingLock(const WritingLock&) = delete;
  WritingLock& operator=(const WritingLock&) = delete;

 private:
  const int fd_;
};

class RegistryFileTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = std::make_unique<ServerProcess>(std::vector<std::string>{
        "sandbox", "--listen", "127.0.0.1:0", "--data-dir", data_, "--log-level", "error"});
    ASSERT_NE(server_->ready_line(), "");
    sandbox_ = ParseSandbox(server_->ready_line());
    caller_ = std::make_unique<ApiCaller>(sandbox_.endpoint, sandbox_.first.credentials);
    device_ =
        "/v1/partners/" + sandbox_.first.partner + "/devices/" + FieldIn(Claim(1).body, "deviceId");
  }

  Answer Claim(int number) {
    const std::string body =
        fmt::format(R"({{"deviceIdentifier":{{"meid":"A000000{:07}"}},{},"customerId":"{}"}})",
                    number, kZeroTouch, sandbox_.first.customer);
    return caller_->Post(sandbox_.first.Devices() + ":claim", body);
  }
  // Expects that reads and health are answered at once.
  void ExpectReadsGoOn() {
    const Clock::time_point begun = Clock::now();
    EXPECT_EQ(caller_->Get(device_).status, 200);
    EXPECT_EQ(caller_->Get("/healthz").status, 200);
    EXPECT_NE(caller_->Get("/readyz").status, 0);
    EXPECT_LT(SecondsSince(begun), 2) << "far less, but on a busy machine";
  }
  bool IsReady() { return caller_->Get("/readyz").status == 200; }

  const TempDir dir_;
  const std::string data_ = dir_ / "data";
  const std::string registry_ = data_ + "/registry.db";
  std::unique_ptr<ServerProcess> server_;
  Sandbox sandbox_;
  std::unique_ptr<ApiCaller> caller_;
  std::string device_;
};

TEST_F(RegistryFileTest, LockedByAnotherProcess_ReadsGoOn_AndTheServerStopsInTime) {
  const WritingLock lock(registry_);
  std::vector<std::thread> writing;
  std::atomic<int> refused = 0;
  for (int i = 0; i < 4; ++i) {
    writing.emplace_back([this, &refused, i] {
      const Answer answer = Claim(10 + i);
      if (answer.status == 503) ++refused;
    });
  }
  EXPECT_TRUE(WaitUntil([this] { return !IsReady(); }));
  ExpectReadsGoOn();
  const Clock::time_point begun = Clock::now();
  EXPECT_EQ(server_->Terminate(), 0);
  EXPECT_LT(SecondsSince(begun), 10) << "the time of --drain-seconds";
  for (std::thread& thread : writing) thread.join();
  EXPECT_EQ(refused, 4);
}

TEST_F(RegistryFileTest, Removed_WritesAreRefused_UntilItIsBack) {
  for (const char* suffix : {"", "-wal"}) {
    fs::rename(registry_ + suffix, dir_ / "aside");
    EXPECT_FALSE(IsReady());
    ExpectError(Claim(2), 503, "UNAVAILABLE");
    const Answer ready = caller_->Get("/readyz");
    EXPECT_EQ(ready.status, 503);
    EXPECT_NE(ready.body.find("removed or replaced"), std::string::npos) << ready.body;
    EXPECT_EQ(ready.body.find(dir_.path()), std::string::npos) << "no path for strangers";
    fs::rename(dir_ / "aside", registry_ + suffix);
    EXPECT_TRUE(WaitUntil([this] { return IsReady(); }));
    EXPECT_EQ(Claim(2).status, 200);
  }
  EXPECT_EQ(server_->Terminate(), 0);
}

TEST_F(RegistryFileTest, SecondServer_ByAnotherName_IsRefused) {
  fs::create_symlink(registry_, dir_ / "symbolic.db");
  fs::create_directory(dir_ / "other");
  fs::create_hard_link(registry_, dir_ / "other/hard.db");
  for (const char* name : {"symbolic.db", "other/hard.db"}) {
    const ProgramRun run = RunZerotouchd(
        {"serve", "--listen", "127.0.0.1:0", "--database", "sqlite://" + dir_ / name});
    EXPECT_EQ(run.exit_code, 1) << name;
    EXPECT_NE(run.err.find("in use"), std::string::npos) << run.err;
  }
  EXPECT_EQ(Claim(3).status, 200);
  EXPECT_EQ(server_->Terminate(), 0);
}

}  // namespace
}  // namespace zerotouch::test
