// SPDX-License-Identifier: Apache-2.0
#include "support/postgres_cluster.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "support/wait.h"

namespace zerotouch::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// A session of a user of the cluster.
class Session {
 public:
  explicit Session(const std::string& url) : connection_(PQconnectdb(url.c_str())) {}
  ~Session() { PQfinish(connection_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool IsOpen() const { return PQstatus(connection_) == CONNECTION_OK; }
  // Returns the first value of the answer, or the error.
  std::string Ask(const std::string& sql) {
    PGresult* result = PQexec(connection_, sql.c_str());
    std::string answer =
        PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : PQresultErrorMessage(result);
    PQclear(result);
    return answer;
  }
  void Send(const std::string& sql) { PQsendQuery(connection_, sql.c_str()); }
  // Returns true while the query has no answer.
  bool IsWaiting() {
    PQconsumeInput(connection_);
    return PQisBusy(connection_) == 1;
  }

 private:
  PGconn* connection_;
};

std::string Ask(const std::string& url, const std::string& sql) { return Session(url).Ask(sql); }

// Returns the processes of the server with data in `folder` that are in one of the
// states, which are letters as in /proc/PID/stat.
int CountOf(const std::string& folder, const std::string& states = "RSDT") {
  int count = 0;
  for (const auto& process : std::filesystem::directory_iterator("/proc")) {
    std::error_code gone;
    const auto cwd = std::filesystem::read_symlink(process.path() / "cwd", gone);
    if (gone || !cwd.string().starts_with(folder)) continue;
    std::ifstream status(process.path() / "stat");
    std::string stat;
    std::getline(status, stat);
    const size_t name_end = stat.rfind(") ");
    if (name_end != std::string::npos && states.find(stat[name_end + 2]) != std::string::npos) {
      ++count;
    }
  }
  return count;
}

// Returns the first line of the file that contains `text`, or "".
std::string LineWith(const std::string& text, const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.find(text) != std::string::npos) return line;
  }
  return "";
}

// Returns a line of the server's postmaster.pid, counted from 1.
std::string PidFileLine(const PostgresCluster& cluster, int number) {
  return cluster.Run(
      fmt::format("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', {})", number));
}

// Converts "  11321323     32768", key and id, to the id as in /proc/sysvipc/shm.
std::string IdOf(const std::string& segment) {
  return fmt::format(" {} ", segment.substr(segment.rfind(' ') + 1));
}

TEST(PostgresCluster, Databases_AreApart) {
  PostgresCluster& cluster = PostgresCluster::Shared();
  const std::string one = cluster.CreateDatabase();
  const std::string other = cluster.CreateDatabase();
  EXPECT_EQ(Ask(one, "CREATE TABLE marks (mark int)"), "");
  EXPECT_EQ(Ask(one, "SELECT count(*) FROM marks"), "0");
  EXPECT_THAT(Ask(other, "SELECT count(*) FROM marks"), HasSubstr("does not exist"));
}

TEST(PostgresCluster, Role_OwnsItsDatabaseButIsNoSuperuser) {
  PostgresCluster& cluster = PostgresCluster::Shared();
  const std::string url = cluster.CreateDatabase();
  EXPECT_EQ(Ask(url, "SELECT current_user"), "zerotouch");
  EXPECT_EQ(Ask(url,
                "SELECT concat(rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls) "
                "FROM pg_roles WHERE rolname = current_user"),
            "fffff");
  EXPECT_EQ(Ask(url,
                "SELECT pg_get_userbyid(datdba) FROM pg_database "
                "WHERE datname = current_database()"),
            "zerotouch");
  EXPECT_THAT(Ask(url, "CREATE ROLE another"), HasSubstr("permission denied"));
}

TEST(PostgresCluster, Server_DoesNotRunAsRoot) {
  const std::string pid = PidFileLine(PostgresCluster::Shared(), 1);
  const std::string users = LineWith("Uid:", "/proc/" + pid + "/status");
  EXPECT_THAT(users, HasSubstr("Uid:"));
  EXPECT_THAT(users, Not(HasSubstr("\t0")));
}

TEST(PostgresCluster, TwoOfThem_AreApart) {
  PostgresCluster own({});
  EXPECT_NE(own.port(), PostgresCluster::Shared().port());
  EXPECT_NE(own.Run("SHOW data_directory"), PostgresCluster::Shared().Run("SHOW data_directory"));
}

TEST(PostgresCluster, Port_IsNoneThatTheSystemGivesOutByItself) {
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  int lowest = 0;
  range >> lowest;
  EXPECT_LT(PostgresCluster::Shared().port(), lowest)
      << "any client's own port could take it while the server is down";
}

TEST(PostgresCluster, KillAndStart_KeepsWhatIsCommittedOnTheSamePort) {
  PostgresCluster& cluster = PostgresCluster::Shared();
  const std::string url = cluster.CreateDatabase();
  const int port = cluster.port();
  Ask(url, "CREATE TABLE marks (mark int)");
  for (int round = 1; round <= 3; ++round) {
    Session open(url);
    open.Ask("BEGIN");
    open.Ask("INSERT INTO marks VALUES (0)");
    Ask(url, fmt::format("INSERT INTO marks VALUES ({})", round));
    cluster.Kill();
    EXPECT_FALSE(Session(url).IsOpen());
    EXPECT_THAT(open.Ask("COMMIT"), HasSubstr("server closed the connection"));
    cluster.Start();
    EXPECT_EQ(cluster.port(), port);
    EXPECT_EQ(Ask(url, "SELECT string_agg(mark::text, ',' ORDER BY mark) FROM marks"),
              std::string("1,2,3").substr(0, 2 * round - 1));
  }
}

TEST(PostgresCluster, StopAndStart_EndsSessionsAndKeepsWhatIsCommitted) {
  PostgresCluster& cluster = PostgresCluster::Shared();
  const std::string url = cluster.CreateDatabase();
  Session session(url);
  session.Ask("CREATE TABLE marks AS SELECT 1 AS mark");
  cluster.Stop();
  EXPECT_FALSE(Session(url).IsOpen());
  EXPECT_THAT(session.Ask("SELECT 1"), HasSubstr("server closed the connection"));
  cluster.Start();
  EXPECT_EQ(Ask(url, "SELECT mark FROM marks"), "1");
}

TEST(PostgresCluster, Options_Hold) {
  PostgresCluster cluster({.fsync = true, .settings = {"max_connections = 33"}});
  EXPECT_EQ(cluster.Run("SHOW fsync"), "on");
  EXPECT_EQ(cluster.Run("SHOW max_connections"), "33");
  EXPECT_EQ(PostgresCluster::Shared().Run("SHOW fsync"), "off");
}

TEST(PostgresCluster, Pause_StopsEveryProcessAlsoThoseJustBegun) {
  PostgresCluster& cluster = PostgresCluster::Shared();
  const std::string url = cluster.CreateDatabase();
  const std::string folder = cluster.Run("SHOW data_directory");
  ASSERT_GT(CountOf(folder, "RSD"), 0);
  for (int round = 0; round < 20; ++round) {
    std::atomic<bool> over = false;
    std::thread connecting([&] {
      while (!over) {
        // Does not wait for an answer: a paused server sends none.
        PQfinish(PQconnectStart((url + "?connect_timeout=1").c_str()));
      }
    });
    cluster.Pause();
    over = true;
    connecting.join();
    EXPECT_TRUE(WaitUntil([&] { return CountOf(folder, "RSD") == 0; })) << "round " << round;
    cluster.Resume();
    EXPECT_EQ(Ask(url, "SELECT 1"), "1");
  }
}

TEST(PostgresCluster, Resume_AnswersWhatWasAskedMeanwhile) {
  PostgresCluster& cluster = PostgresCluster::Shared();
  Session session(cluster.CreateDatabase());
  cluster.Pause();
  cluster.Pause();  // has no effect the second time
  session.Send("SELECT 1");
  EXPECT_TRUE(session.IsWaiting());
  cluster.Resume();
  EXPECT_TRUE(WaitUntil([&] { return !session.IsWaiting(); }));
}

TEST(PostgresCluster, KillWhilePaused_CanBeStartedAgain) {
  PostgresCluster& cluster = PostgresCluster::Shared();
  cluster.Pause();
  cluster.Kill();
  cluster.Start();
  EXPECT_EQ(cluster.Run("SELECT 1"), "1");
}

TEST(PostgresCluster, Standby_HasWhatIsCommittedFromTheFirstOn) {
  PostgresCluster primary({});
  const std::string url = primary.CreateDatabase();
  Ask(url, "CREATE TABLE marks (mark int)");
  const std::unique_ptr<PostgresCluster> standby = primary.MakeStandby();
  Ask(url, "INSERT INTO marks VALUES (1)");
  primary.Kill();
  standby->Promote();
  EXPECT_EQ(standby->Run("SELECT mark FROM marks", PostgresCluster::DatabaseOf(url)), "1");
}

TEST(PostgresCluster, Commit_WaitsForTheStandby) {
  PostgresCluster primary({});
  const std::string url = primary.CreateDatabase();
  const std::unique_ptr<PostgresCluster> standby = primary.MakeStandby();
  Session session(url);
  standby->Pause();
  session.Send("CREATE TABLE marks (mark int)");
  EXPECT_TRUE(WaitUntil([&] {
    return primary.Run("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == "1";
  }));
  EXPECT_TRUE(session.IsWaiting());
  standby->Resume();
  EXPECT_TRUE(WaitUntil([&] { return !session.IsWaiting(); }));
}

TEST(PostgresCluster, Promote_MakesTheStandbyTheOneThatIsWrittenTo) {
  PostgresCluster primary({});
  const std::string url = primary.CreateDatabase();
  const std::string database = PostgresCluster::DatabaseOf(url);
  Ask(url, "CREATE TABLE marks (mark int)");
  const std::unique_ptr<PostgresCluster> standby = primary.MakeStandby();
  EXPECT_THAT(Ask(standby->UrlOf(database), "INSERT INTO marks VALUES (1)"),
              HasSubstr("read-only transaction"));
  // The primary is found, whichever is first in the URL.
  const std::string ports = "SELECT current_setting('port')";
  EXPECT_EQ(Ask(primary.UrlOf(database, *standby), ports), std::to_string(primary.port()));
  EXPECT_EQ(Ask(standby->UrlOf(database, primary), ports), std::to_string(primary.port()));
  EXPECT_EQ(PostgresCluster::DatabaseOf(primary.UrlOf(database, *standby)), database);

  primary.Kill();
  standby->Promote();
  EXPECT_EQ(Ask(primary.UrlOf(database, *standby), ports), std::to_string(standby->port()));
  EXPECT_EQ(Ask(standby->UrlOf(database), "INSERT INTO marks VALUES (1) RETURNING mark"), "1");

  // It can have a standby too.
  const std::unique_ptr<PostgresCluster> next = standby->MakeStandby();
  Ask(standby->UrlOf(database), "INSERT INTO marks VALUES (2)");
  standby->Kill();
  next->Promote();
  EXPECT_EQ(Ask(next->UrlOf(database), "SELECT count(*) FROM marks"), "2");
}

class PostgresClusterEnd : public testing::TestWithParam<bool> {};

TEST_P(PostgresClusterEnd, LeavesNothing) {
  std::string folder, segment;
  {
    PostgresCluster cluster({});
    folder = cluster.Run("SHOW data_directory");
    EXPECT_GT(CountOf(folder), 0);
    // Key and id.
    segment = PidFileLine(cluster, 7);
    ASSERT_THAT(segment, Not(IsEmpty()));
    EXPECT_THAT(LineWith(IdOf(segment), "/proc/sysvipc/shm"), Not(IsEmpty()));
    // A server that is killed leaves its segments there, where a container has
    // little space.
    EXPECT_THAT(LineWith("/dev/shm/", "/proc/" + PidFileLine(cluster, 1) + "/maps"), IsEmpty());
    if (GetParam()) cluster.Kill();
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
  EXPECT_EQ(CountOf(folder), 0);
  EXPECT_THAT(LineWith(IdOf(segment), "/proc/sysvipc/shm"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(, PostgresClusterEnd, testing::Values(false, true), [](const auto& test) {
  return test.param ? "WhenKilled" : "WhenRunning";
});

class TestProgramDeath : public testing::TestWithParam<bool> {};

TEST_P(TestProgramDeath, EndsTheServerToo) {
  int folder[2];
  ASSERT_EQ(pipe(folder), 0);
  const pid_t program = fork();
  if (program == 0) {
    PostgresCluster cluster({});
    const std::string text = cluster.Run("SHOW data_directory");
    if (GetParam()) cluster.Pause();
    if (write(folder[1], text.data(), text.size()) > 0) raise(SIGKILL);
    _exit(1);
  }
  close(folder[1]);
  char text[200] = "";
  ASSERT_GT(read(folder[0], text, sizeof text - 1), 0);
  close(folder[0]);
  waitpid(program, nullptr, 0);
  EXPECT_TRUE(WaitUntil([&] { return CountOf(text) == 0; }));
  std::filesystem::remove_all(std::filesystem::path(text).parent_path());
}

INSTANTIATE_TEST_SUITE_P(, TestProgramDeath, testing::Values(false, true), [](const auto& test) {
  return test.param ? "WhenPaused" : "WhenRunning";
});

}  // namespace
}  // namespace zerotouch::test
