// SPDX-License-Identifier: Apache-2.0
// Tests that a server that cannot start prints one line on standard error that says
// what to do, exits with a code other than 0, and leaves nothing half-written.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "support/json_reader.h"
#include "support/server_process.h"
#include "support/temp_dir.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;

// A port of the loopback address that is in use while the object lives.
class TakenPort {
 public:
  TakenPort() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(fd_, generic, size), 0);
    EXPECT_EQ(listen(fd_, 1), 0);
    EXPECT_EQ(getsockname(fd_, generic, &size), 0);
    number_ = ntohs(address.sin_port);
  }
  ~TakenPort() { close(fd_); }
  int number() const { return number_; }

 private:
  const int fd_;
  int number_ = 0;
};

void ExpectRefused(const std::vector<std::string>& arguments, const std::string& says) {
  SCOPED_TRACE(fmt::format("{}", fmt::join(arguments, " ")));
  const ProgramRun run = RunZerotouchd(arguments);
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(run.out, "") << "it must not print the ready line";
  EXPECT_THAT(run.err, HasSubstr(says));
  EXPECT_TRUE(run.err.starts_with("zerotouchd: ")) << run.err;
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
}

class StartupTest : public testing::Test {
 protected:
  std::vector<std::string> SandboxIn(const std::string& dir) const {
    return {"sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir, "--log-level", "error"};
  }
  std::vector<std::string> ServeOn(const std::string& path) const {
    return {"serve",       "--listen", "127.0.0.1:0", "--database", "sqlite://" + path,
            "--log-level", "error"};
  }
  // Starts and stops a sandbox, which leaves its files in the folder.
  void MakeSandbox(const std::string& dir) const {
    ServerProcess server(SandboxIn(dir));
    ASSERT_NE(server.ready_line(), "");
    ASSERT_EQ(server.Terminate(), 0);
  }
  void RunSql(const std::string& path, const char* sql) const {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  const TempDir dir_;
  const std::string data_ = dir_ / "data";
};

TEST_F(StartupTest, PortInUse_IsReported_AndTheNextStartWorks) {
  const TakenPort taken;
  const std::string address = fmt::format("127.0.0.1:{}", taken.number());
  ExpectRefused({"sandbox", "--listen", address, "--data-dir", data_}, address);
  EXPECT_FALSE(std::filesystem::exists(data_ + "/sandbox.json"));
  ExpectRefused({"serve", "--listen", address, "--database", "sqlite://" + dir_ / "registry.db"},
                address);
  MakeSandbox(data_);
}

TEST_F(StartupTest, AddressOfAnotherMachine_IsRefused) {
  ExpectRefused({"sandbox", "--listen", "192.0.2.1:8080", "--data-dir", data_}, "192.0.2.1:8080");
}

TEST_F(StartupTest, ReadOnlyFolder_IsReported) {
  std::ofstream(dir_ / "file") << "mine";
  for (const std::string& folder :
       {std::string("/proc/zerotouch"), dir_ / "file", dir_ / "file/below"}) {
    ExpectRefused(SandboxIn(folder), folder);
    ExpectRefused(ServeOn(folder + "/registry.db"), folder);
  }
  EXPECT_EQ(ReadFile(dir_ / "file"), "mine");
  if (geteuid() == 0) return;  // root may write everywhere
  std::filesystem::create_directory(data_);
  std::filesystem::permissions(
      data_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  ExpectRefused(SandboxIn(data_), data_);
}

TEST_F(StartupTest, TwoServersOnOneRegistry_TheSecondIsRefused) {
  ServerProcess sandbox(SandboxIn(data_));
  ASSERT_NE(sandbox.ready_line(), "");
  ExpectRefused(SandboxIn(data_), "in use by another zerotouchd");
  ExpectRefused(SandboxIn(data_ + "/"), "in use by another zerotouchd");
  ExpectRefused(ServeOn(data_ + "/registry.db"), data_ + "/registry.db");
  EXPECT_EQ(sandbox.Terminate(), 0);
  ServerProcess serve(ServeOn(data_ + "/registry.db"));
  ASSERT_NE(serve.ready_line(), "") << "once the first is gone";
  ExpectRefused(ServeOn(data_ + "/registry.db"), data_ + "/registry.db");
  ExpectRefused(SandboxIn(data_), data_ + "/registry.db");
  EXPECT_EQ(serve.Terminate(), 0);
}

TEST_F(StartupTest, RegistryOfANewerVersion_IsNotChanged) {
  MakeSandbox(data_);
  const std::string path = data_ + "/registry.db";
  RunSql(path, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA user_version = 99");
  RunSql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string before = ReadFile(path);
  ExpectRefused(SandboxIn(data_), "newer zerotouchd");
  ExpectRefused(ServeOn(path), "newer zerotouchd");
  ExpectRefused({"admin", "--data-dir", data_, "partners", "list"}, "newer zerotouchd");
  EXPECT_EQ(ReadFile(path), before);
}

TEST_F(StartupTest, DamagedRegistry_IsReported_AndNotChanged) {
  MakeSandbox(data_);
  const std::string path = data_ + "/registry.db";
  RunSql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string whole = ReadFile(path);
  ASSERT_GT(whole.size(), 8192u);
  // Damage in the header, in the page of the schema, and everywhere after it.
  const std::pair<size_t, size_t> damages[] = {{0, 100}, {100, 2000}, {4096, whole.size() - 4096}};
  for (const auto& [begin, size] : damages) {
    SCOPED_TRACE(fmt::format("{} bytes at {}", size, begin));
    std::string damaged = whole;
    damaged.replace(begin, size, std::string(size, '\x5a'));
    std::ofstream(path, std::ios::binary) << damaged;
    ExpectRefused(SandboxIn(data_), path);
    ExpectRefused({"admin", "--data-dir", data_, "partners", "list"}, path);
    EXPECT_EQ(ReadFile(path), damaged);
  }
  std::ofstream(path, std::ios::binary) << whole.substr(0, whole.size() / 2);
  ExpectRefused(SandboxIn(data_), path);
  std::ofstream(path, std::ios::binary) << whole;
  MakeSandbox(data_);
}

TEST_F(StartupTest, InvalidKeyFile_IsReplaced_IfPossible) {
  MakeSandbox(data_);
  const std::string path = data_ + "/reseller-1.json";
  const std::string good = ReadFile(path);
  const std::string others = ReadFile(data_ + "/reseller-2.json");
  for (const std::string& wrong :
       {std::string(), std::string("{"), std::string("not JSON"), good.substr(0, good.size() / 2),
        others, std::string(R"({"type":"service_account"})")}) {
    std::ofstream(path, std::ios::trunc) << wrong;
    ServerProcess server(SandboxIn(data_));
    ASSERT_NE(server.ready_line(), "") << wrong;
    const Sandbox sandbox = ParseSandbox(server.ready_line());
    ApiCaller caller(sandbox.endpoint, sandbox.first.credentials);
    EXPECT_EQ(caller.Get("/v1/partners/" + sandbox.first.partner + "/customers").status, 200)
        << wrong;
    EXPECT_EQ(server.Terminate(), 0);
  }
  std::filesystem::remove(path);
  std::filesystem::create_directories(path + "/in/the/way");
  ExpectRefused(SandboxIn(data_), path);
}

TEST_F(StartupTest, InvalidSettings_AreReported) {
  ExpectRefused({}, "zerotouchd --help");
  ExpectRefused({"sandbox", "--lisen", "127.0.0.1:0"}, "--lisen");
  ExpectRefused({"sandbox", "--listen", "8080"}, "listen (from --listen)");
  ExpectRefused({"serve"}, "--database sqlite://");
  ExpectRefused({"serve", "--database", "mysql://user:secret@host/db"}, "sqlite:///");
  ExpectRefused({"serve", "--config", dir_ / "none"}, "no such file");
  std::ofstream(dir_ / "settings.toml") << "operation-items-per-second = 10\n";
  ExpectRefused({"serve", "--database", "sqlite://" + dir_ / "registry.db", "--config",
                 dir_ / "settings.toml"},
                "is for tests and is not allowed in serve");
  // serve has no such flag.
  ExpectRefused({"serve", "--operation-items-per-second", "10"}, "--operation-items-per-second");
  EXPECT_FALSE(std::filesystem::exists(dir_ / "registry.db"));
}

TEST_F(StartupTest, PasswordOfAUrl_IsNeverPrinted) {
  const std::string url = "postgresql://user:secret@host/db";
  const std::vector<std::vector<std::string>> cases = {
      {"serve", url},
      {"serve", "--databse", url},
      {"serve", "--databse=postgres:/user:secret@host/db"},
      {"serve", "--database", "postgres:user:secret@host"},
      {"serve", "--database", "postgresql:/user:secret@host/db"},
      {"serve", "--database", "mysql://user:secret@host/db"},
      {"serve", "--listen", url},
      {"serve", "--config", url},
      {"serve", "--database", "sqlite:///x", "--tls-certificate", url, "--tls-key", url},
      {"sandbox", "--data-dir", "/proc/" + url},
      {"admin", "--data-dir", url, "partners", "list"},
      {"admin", "import", "--database", "sqlite://" + dir_ / "r.db", "--from", url},
      {"admin", url, "partners", "list"},
  };
  for (const std::vector<std::string>& arguments : cases) {
    const ProgramRun run = RunZerotouchd(arguments);
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, testing::Not(HasSubstr("secret")))
        << fmt::format("{}", fmt::join(arguments, " "));
  }
}

TEST_F(StartupTest, Errors_HaveNoControlCharacters) {
  ExpectRefused({"sandbox", "--no\x1b[2J\nsuch"}, "--no\\x1b[2J\\nsuch");
  ExpectRefused({"sandbox", "--listen", "x\u009b31m\u202e"}, "x\\u009b31m\\u202e");
  ExpectRefused({"serve", "--config", dir_ / "no\rne"}, "no\\rne");
}

TEST_F(StartupTest, Threads_IsTheNumberOfEventLoops) {
  const TempDir dir;
  const auto threads_with = [&](const char* count) {
    std::vector<std::string> arguments = SandboxIn(dir / "data");
    arguments.insert(arguments.end(), {"--threads", count});
    ServerProcess server(arguments);
    const std::filesystem::directory_iterator tasks(fmt::format("/proc/{}/task", server.pid()));
    const auto threads = std::distance(begin(tasks), end(tasks));
    EXPECT_EQ(
        CallUrl("GET", ParseSandbox(server.ready_line()).endpoint + "/healthz", "", "").status,
        200);
    EXPECT_EQ(server.Terminate(), 0);
    return threads;
  };
  EXPECT_EQ(threads_with("5") - threads_with("1"), 4);
}

}  // namespace
}  // namespace zerotouch::test
