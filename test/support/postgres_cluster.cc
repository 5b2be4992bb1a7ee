// SPDX-License-Identifier: Apache-2.0
#include "support/postgres_cluster.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "support/free_port.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

constexpr char kPrograms[] = "/usr/lib/postgresql/15/bin/";
constexpr char kRole[] = "zerotouch";
[[noreturn]] void Fail(const std::string& why) {
  fmt::print(stderr, "PostgreSQL for the tests: {}\n", why);
  std::abort();
}

std::string Contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Returns the user to run as if this is root, which PostgreSQL refuses.
const passwd* OtherUser() {
  if (geteuid() != 0) return nullptr;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) Fail("there is no user postgres; run scripts/install-deps test");
  return user;
}

// Starts a program of PostgreSQL, with its output in the file `log`.
pid_t Launch(const std::vector<std::string>& command, const std::string& log, bool server) {
  const passwd* user = OtherUser();
  const std::string path = kPrograms + command[0];
  if (access(path.c_str(), X_OK) != 0) Fail(path + " is missing; run scripts/install-deps test");
  // PostgreSQL's programs find each other by the full path.
  std::vector<char*> argv = {const_cast<char*>(path.c_str())};
  for (size_t i = 1; i < command.size(); ++i) argv.push_back(const_cast<char*>(command[i].c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  if (user != nullptr) {
    if (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0) {
      _exit(126);
    }
  }
  // Kills the server when its test program ends. Its own process group keeps the
  // terminal's signals away.
  if (server) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent) _exit(125);
  }
  close_range(STDERR_FILENO + 1, ~0U, 0);
  if (chdir("/") != 0) _exit(124);
  execv(path.c_str(), argv.data());
  _exit(127);
}

void RunToEnd(const std::vector<std::string>& command, const std::string& log) {
  int status = 0;
  waitpid(Launch(command, log, /*server=*/false), &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    Fail(fmt::format("{} failed: {}", command[0], Contents(log)));
  }
}

// Returns the child processes of `pid`.
std::vector<pid_t> ChildrenOf(pid_t pid) {
  std::istringstream text(Contents(fmt::format("/proc/{0}/task/{0}/children", pid)));
  std::vector<pid_t> children;
  for (pid_t child = 0; text >> child;) children.push_back(child);
  return children;
}

// Starts a process that continues a paused server when this program ends: a
// paused server would not handle the signal that ends it.
pid_t StartWakerOf(pid_t server) {
  sigset_t death;
  sigemptyset(&death);
  sigaddset(&death, SIGTERM);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  sigprocmask(SIG_BLOCK, &death, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  close_range(0, ~0U, 0);
  int signal = 0;
  if (getppid() == parent) sigwait(&death, &signal);
  kill(server, SIGCONT);
  _exit(0);
}

}  // namespace

PostgresCluster::PostgresCluster(const Options& options) : options_(options) {
  OwnFolder();
  RunToEnd({"initdb", "-D", data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
            "--no-sync"},
           dir_ / "initdb.log");
  Configure();
  Start();
  Run(fmt::format("CREATE ROLE {} LOGIN", kRole));
}

PostgresCluster::PostgresCluster(const Options& options, const PostgresCluster& primary)
    : options_(options) {
  OwnFolder();
  RunToEnd({"pg_basebackup", "-D", data(), "-X", "stream", "--checkpoint=fast", "--no-sync",
            "--write-recovery-conf", "-d",
            fmt::format("host=127.0.0.1 port={} user=postgres application_name=standby",
                        primary.port())},
           dir_ / "basebackup.log");
  Configure();
}

PostgresCluster::~PostgresCluster() { Kill(); }

PostgresCluster& PostgresCluster::Shared() {
  static PostgresCluster cluster{Options()};
  return cluster;
}

void PostgresCluster::OwnFolder() {
  const passwd* user = OtherUser();
  if (user == nullptr) return;
  if (chown(dir_.path().c_str(), user->pw_uid, user->pw_gid) != 0) Fail("chown failed");
}

void PostgresCluster::Configure() {
  std::ofstream conf(data() + "/postgresql.conf", std::ios::app);
  conf << "\nlisten_addresses = '127.0.0.1'\n"
       << fmt::format("unix_socket_directories = '{}'\n", dir_.path())
       << "max_connections = 200\nshared_buffers = 128MB\nmax_wal_size = 2GB\n"
       << "log_line_prefix = '%m [%p] '\nwal_retrieve_retry_interval = 100ms\n"
       // In the temporary folder: a server that is killed leaves its segments in
       // /dev/shm, where a container has little space.
       << "dynamic_shared_memory_type = mmap\n"
       << fmt::format("fsync = {}\n", options_.fsync ? "on" : "off");
  for (const std::string& setting : options_.settings) conf << setting << "\n";
  if (!conf.flush()) Fail("postgresql.conf cannot be written");
}

bool PostgresCluster::TryStart() {
  const std::string log = dir_ / "server.log";
  unlink(log.c_str());
  pid_ = Launch({"postgres", "-D", data(), "-p", std::to_string(port_)}, log, /*server=*/true);
  const bool settled = WaitUntil([&] {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return pid_ < 0 || IsReady();
  });
  if (!settled) Fail("the server does not get ready: " + Contents(log));
  if (pid_ > 0) return true;
  const std::string text = Contents(log);
  if (text.find("Address already in use") == std::string::npos) Fail("the server ended: " + text);
  return false;
}

// Asks the server itself, because another program may answer on the port.
bool PostgresCluster::IsReady() const {
  const std::string text = Contents(data() + "/postmaster.pid");
  return text.starts_with(std::to_string(pid_) + "\n") && text.find("\nready") != std::string::npos;
}

void PostgresCluster::Start() {
  if (pid_ > 0) return;
  if (port_ != 0) {
    // Clients know the port already.
    if (!TryStart()) Fail(fmt::format("port {} was taken", port_));
    return;
  }
  do {
    port_ = FreePort();
  } while (!TryStart());
}

void PostgresCluster::Pause() {
  if (pid_ < 0) return;
  HoldAll();
  if (waker_ < 0) waker_ = StartWakerOf(pid_);
}

void PostgresCluster::HoldAll() {
  // Stops the server first, and waits for it, so that it starts no more processes.
  kill(pid_, SIGSTOP);
  siginfo_t stopped;
  waitid(P_PID, static_cast<id_t>(pid_), &stopped, WSTOPPED | WEXITED | WNOWAIT);
  for (const pid_t child : ChildrenOf(pid_)) kill(child, SIGSTOP);
}

void PostgresCluster::EndWaker() {
  if (waker_ < 0) return;
  kill(waker_, SIGKILL);
  waitpid(waker_, nullptr, 0);
  waker_ = -1;
}

void PostgresCluster::Resume() {
  if (pid_ < 0) return;
  EndWaker();
  for (const pid_t child : ChildrenOf(pid_)) kill(child, SIGCONT);
  kill(pid_, SIGCONT);
}

void PostgresCluster::Kill() {
  if (pid_ < 0) return;
  EndWaker();
  HoldAll();
  const std::string file = data() + "/postmaster.pid";
  // The seventh line has the key and the id of the shared memory segment.
  std::istringstream lines(Contents(file));
  std::string line;
  for (int i = 0; i < 7; ++i) std::getline(lines, line);
  const int segment = line.empty() ? -1 : std::atoi(line.substr(line.rfind(' ') + 1).c_str());
  for (const pid_t child : ChildrenOf(pid_)) kill(child, SIGKILL);
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
  // Processes that still use it are exiting.
  const bool gone = WaitUntil([&] {
    shmid_ds state;
    return shmctl(segment, IPC_STAT, &state) != 0 || state.shm_nattch == 0;
  });
  if (!gone) Fail("the server's processes do not end");
  shmctl(segment, IPC_RMID, nullptr);
  unlink(file.c_str());
}

void PostgresCluster::Stop() {
  if (pid_ < 0) return;
  kill(pid_, SIGINT);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string PostgresCluster::SuperuserAt(const std::string& database) const {
  return fmt::format("host=127.0.0.1 port={} user=postgres dbname={}", port_, database);
}

std::string PostgresCluster::Run(const std::string& sql, const std::string& database) const {
  PGconn* connection = PQconnectdb(SuperuserAt(database).c_str());
  PGresult* result = PQexec(connection, sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    Fail(fmt::format("{}: {}", sql, PQerrorMessage(connection)));
  }
  std::string value = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
  PQclear(result);
  PQfinish(connection);
  return value;
}

std::string PostgresCluster::CreateDatabase() {
  const std::string name = fmt::format("registry{}", ++databases_);
  Run(fmt::format("CREATE DATABASE {} OWNER {}", name, kRole));
  return UrlOf(name);
}

std::string PostgresCluster::UrlOf(const std::string& database) const {
  return fmt::format("postgresql://{}@127.0.0.1:{}/{}", kRole, port_, database);
}

std::string PostgresCluster::UrlOf(const std::string& database,
                                   const PostgresCluster& other) const {
  return fmt::format("postgresql://{}@127.0.0.1:{},127.0.0.1:{}/{}?target_session_attrs=read-write",
                     kRole, port_, other.port_, database);
}

std::string PostgresCluster::DatabaseOf(const std::string& url) {
  const size_t name = url.rfind('/') + 1;
  return url.substr(name, url.find('?') - name);
}

std::unique_ptr<PostgresCluster> PostgresCluster::MakeStandby() {
  std::unique_ptr<PostgresCluster> standby(new PostgresCluster(options_, *this));
  Run("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
  Run("SELECT pg_reload_conf()");
  // The server reloads its settings asynchronously. Once one commit waits for the
  // standby, all do, and when it is done, the standby has everything.
  PGconn* connection = PQconnectdb(SuperuserAt("postgres").c_str());
  const std::string waiting =
      fmt::format("SELECT count(*) FROM pg_stat_activity WHERE pid = {} AND wait_event = 'SyncRep'",
                  PQbackendPID(connection));
  const bool waits = WaitUntil([&] {
    PQconsumeInput(connection);
    if (PQisBusy(connection) != 0) return Run(waiting) == "1";
    while (PGresult* result = PQgetResult(connection)) PQclear(result);
    PQsendQuery(connection, "SELECT pg_logical_emit_message(true, 'standby', '')");
    return false;
  });
  if (!waits) Fail("commits do not wait for the standby");
  standby->Start();
  const bool follows = WaitUntil([&] {
    PQconsumeInput(connection);
    return PQisBusy(connection) == 0;
  });
  if (!follows) Fail("the standby does not follow: " + Contents(standby->dir_ / "server.log"));
  PQfinish(connection);
  return standby;
}

void PostgresCluster::Promote() {
  // It may be a copy of a server whose commits waited for another standby.
  Run("ALTER SYSTEM RESET synchronous_standby_names");
  Run("SELECT pg_reload_conf()");
  if (Run("SELECT pg_promote(true)") != "t") Fail("the standby is not promoted");
}

}  // namespace zerotouch::test
