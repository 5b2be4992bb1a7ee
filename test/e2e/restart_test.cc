// Stopping and starting again: what is kept, and how a server goes.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <memory>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

class RestartTest : public testing::Test {
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
  std::string WaitUntilDone(const std::string& path) {
    while (true) {
      const Answer answer = caller_->Get(path);
      EXPECT_EQ(answer.status, 200) << answer.body;
      if (answer.status != 200 || Json(answer.body)["/done"] == "true") return answer.body;
    }
  }

  const TempDir dir_;
  const std::string data_ = dir_ / "data";
  std::unique_ptr<ServerProcess> server_;
  Sandbox sandbox_;
  std::unique_ptr<ApiCaller> caller_;
};

TEST_F(RestartTest, SecondStart_KeepsTenantsKeysDevicesAndOperations) {
  Start();
  const std::string line = server_->ready_line();
  EXPECT_EQ(ReadFile(data_ + "/sandbox.json"), line + "\n");
  const std::string endpoint = sandbox_.endpoint;
  const Answer claimed =
      caller_->Post(sandbox_.first.Devices() + ":claim",
                    fmt::format(R"({{{},{},"customerId":"{}"}})", Imei("490154203237518"),
                                kZeroTouch, sandbox_.first.customer));
  const std::string device = sandbox_.first.Devices() + "/" + FieldIn(claimed.body, "deviceId");
  const std::string device_before = caller_->Get(device).body;
  const Answer accepted = caller_->Post(sandbox_.first.Devices() + ":unclaimAsync",
                                        R"({"unclaims":[{"deviceId":"5"}]})");
  const std::string operation = "/v1/" + FieldIn(accepted.body, "name");
  const std::string operation_before = WaitUntilDone(operation);
  const std::string key_before = Json(ReadFile(sandbox_.first.credentials))["/private_key"];
  ASSERT_EQ(server_->Terminate(), 0);

  // So that the port is another one: the first is taken while this one starts.
  ServerProcess holder({"sandbox", "--listen", endpoint.substr(sizeof("http://") - 1), "--data-dir",
                        dir_ / "other", "--log-level", "error"});
  ASSERT_NE(holder.ready_line(), "");
  Start();
  ASSERT_NE(sandbox_.endpoint, endpoint);
  std::string moved = line;
  for (size_t at = 0; (at = moved.find(endpoint.substr(7), at)) != std::string::npos;) {
    moved.replace(at, endpoint.size() - 7, sandbox_.endpoint.substr(7));
  }
  EXPECT_EQ(server_->ready_line(), moved) << "the same but for the port";
  const Json key(ReadFile(sandbox_.first.credentials));
  EXPECT_EQ(key["/private_key"], key_before);
  EXPECT_EQ(key["/token_uri"], sandbox_.endpoint + "/token");
  struct stat info = {};
  ASSERT_EQ(stat(sandbox_.first.credentials.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(caller_->Get(device).body, device_before);
  EXPECT_EQ(caller_->Get(operation).body, operation_before);
  EXPECT_EQ(server_->Terminate(), 0);
}

TEST_F(RestartTest, Sigterm_StopsAfterTheChunk_AndTheNextStartGoesOn) {
  Start({"--operation-items-per-second", "500"});
  std::string body = R"({"claims":[)";
  constexpr int kItems = 600;
  for (int i = 0; i < kItems; ++i) {
    body +=
        fmt::format(R"({}{{"deviceIdentifier":{{"meid":"A000000{:07}"}},{},"customerId":"{}"}})",
                    i == 0 ? "" : ",", i, kZeroTouch, sandbox_.first.customer);
  }
  const Answer accepted = caller_->Post(sandbox_.first.Devices() + ":claimAsync", body + "]}");
  ASSERT_EQ(accepted.status, 200) << accepted.body;
  const std::string operation = "/v1/" + FieldIn(accepted.body, "name");
  while (!Json(caller_->Get(operation).body).Has("/metadata/progress")) {
  }
  EXPECT_EQ(server_->Terminate(), 0);
  Start();
  const Json before(caller_->Get(operation).body);
  const Json done(WaitUntilDone(operation));
  EXPECT_EQ(done["/response/successCount"], std::to_string(kItems));
  EXPECT_EQ(done.Size("/response/perDeviceStatus"), static_cast<size_t>(kItems));
  for (int i = 0; i < kItems; ++i) {
    EXPECT_EQ(done[fmt::format("/response/perDeviceStatus/{}/claim/deviceIdentifier/meid", i)],
              fmt::format("A000000{:07}", i));
  }
}

TEST_F(RestartTest, SigintStopsItToo) {
  Start();
  kill(server_->pid(), SIGINT);
  EXPECT_EQ(server_->Wait(), 0);
}

}  // namespace
}  // namespace zerotouch::test
