// SPDX-License-Identifier: Apache-2.0
// Restarts: persistence and graceful shutdown.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
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

  // Takes the first port, so that the server starts on another one.
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

TEST_F(RestartTest, Sigterm_StopsAfterTheChunk_AndTheNextStartContinues) {
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
  const Json done(WaitUntilDone(operation));
  EXPECT_EQ(done["/response/successCount"], std::to_string(kItems));
  EXPECT_EQ(done.Size("/response/perDeviceStatus"), static_cast<size_t>(kItems));
  for (int i = 0; i < kItems; ++i) {
    EXPECT_EQ(done[fmt::format("/response/perDeviceStatus/{}/claim/deviceIdentifier/meid", i)],
              fmt::format("A000000{:07}", i));
  }
}

// A raw connection, to stop in the middle of a request.
class RawConnection {
 public:
  explicit RawConnection(const std::string& endpoint)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port =
        htons(static_cast<uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawConnection() { close(fd_); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  bool connected() const { return connected_; }
  void Send(const std::string& text) {
    EXPECT_EQ(send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  // Reads until the server closes the connection.
  std::string ReadToEnd() {
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = recv(fd_, buffer, sizeof buffer, 0)) > 0;) {
      text.append(buffer, static_cast<size_t>(got));
    }
    return text;
  }

 private:
  const int fd_;
  bool connected_ = false;
};

class DrainTest : public RestartTest {
 protected:
  // Stops the server and waits until it accepts no new connection.
  void BeginToStop() {
    ASSERT_EQ(kill(server_->pid(), SIGTERM), 0);
    while (RawConnection(sandbox_.endpoint).connected()) {
    }
  }
  // Waits until the server has begun to read the request: it answers on a connection
  // that was opened later.
  void LetItRead() { EXPECT_EQ(caller_->Get("/healthz").status, 200); }
};

TEST_F(DrainTest, Readyz_Is503_WhileRequestsFinish) {
  Start();
  EXPECT_EQ(caller_->Get("/readyz").status, 200);
  RawConnection waiting(sandbox_.endpoint);
  waiting.Send("GET /readyz HTTP/1.1\r\nHost: localhost\r\n");
  LetItRead();
  BeginToStop();
  waiting.Send("\r\n");
  const std::string answer = waiting.ReadToEnd();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  EXPECT_NE(answer.find("\r\nRetry-After: 1\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("\"UNAVAILABLE\""), std::string::npos) << answer;
  EXPECT_EQ(server_->Wait(), 0);
}

TEST_F(DrainTest, CallInFlight_IsAnswered) {
  Start();
  const std::string body = fmt::format(R"({{{},{},"customerId":"{}"}})", Imei("490154203237518"),
                                       kZeroTouch, sandbox_.first.customer);
  const std::string token = SignToken(sandbox_.first.credentials,
                                      ClaimsOf(sandbox_.first.credentials, sandbox_.endpoint));
  RawConnection call(sandbox_.endpoint);
  call.Send(
      fmt::format("POST {}:claim HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n"
                  "Content-Length: {}\r\n\r\n{}",
                  sandbox_.first.Devices(), token, body.size(), body.substr(0, 20)));
  LetItRead();
  BeginToStop();
  call.Send(body.substr(20));
  const std::string answer = call.ReadToEnd();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
  EXPECT_NE(answer.find("\r\nConnection: close\r\n"), std::string::npos) << answer;
  EXPECT_EQ(server_->Wait(), 0);
  Start();
  EXPECT_NE(caller_
                ->Post(sandbox_.first.Devices() + ":findByIdentifier",
                       "{" + Imei("490154203237518") + R"(,"limit":1})")
                .body.find("deviceId"),
            std::string::npos);
}

TEST_F(DrainTest, CallThatNeverEnds_IsCutAfterDrainSeconds) {
  Start({"--drain-seconds", "1"});
  RawConnection stuck(sandbox_.endpoint);
  stuck.Send("GET /healthz HTTP/1.1\r\n");
  LetItRead();
  EXPECT_EQ(server_->Terminate(), 0);
  EXPECT_EQ(stuck.ReadToEnd().find("200"), std::string::npos);
}

TEST_F(DrainTest, SecondSignal_StopsImmediately) {
  Start({"--drain-seconds", "3600"});
  RawConnection stuck(sandbox_.endpoint);
  stuck.Send("GET /healthz HTTP/1.1\r\n");
  LetItRead();
  BeginToStop();
  EXPECT_EQ(server_->Terminate(), 1);
}

// The registry holds the secret that signs tokens.
TEST_F(RestartTest, Files_AreReadableOnlyByTheOwner) {
  Start();
  for (const auto& file : std::filesystem::directory_iterator(data_)) {
    EXPECT_EQ(file.status().permissions() &
                  (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
              std::filesystem::perms::none)
        << file.path();
  }
  const std::string path = dir_ / "registry.db";
  ServerProcess serve({"serve", "--listen", "127.0.0.1:0", "--database", "sqlite://" + path,
                       "--log-level", "error"});
  ASSERT_NE(serve.ready_line(), "");
  struct stat info = {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(RestartTest, Sigint_StopsItToo) {
  Start();
  kill(server_->pid(), SIGINT);
  EXPECT_EQ(server_->Wait(), 0);
}

}  // namespace
}  // namespace zerotouch::test
