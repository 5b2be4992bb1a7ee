#include "support/postgres_cluster.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace zerotouch::test {
namespace {

constexpr char kPrograms[] = "/usr/lib/postgresql/15/bin/";
constexpr char kRole[] = "zerotouch";
constexpr auto kPatience = std::chrono::seconds(60);

[[noreturn]] void Fail(const std::string& why) {
  fmt::print(stderr, "PostgreSQL for the tests: {}\n", why);
  std::abort();
}

std::string Contents(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// PostgreSQL refuses to run as root: the user to run it as then.
const passwd* OtherUser() {
  if (geteuid() != 0) return nullptr;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) Fail("there is no user postgres; run scripts/install-deps test");
  return user;
}

// Starts a program of PostgreSQL, its output in the file `log`.
pid_t Launch(const std::vector<std::string>& command, const std::string& log, bool server) {
  const passwd* user = OtherUser();
  const std::string path = kPrograms + command[0];
  if (access(path.c_str(), X_OK) != 0) Fail(path + " is missing; run scripts/install-deps test");
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
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
  // A server whose test program is gone goes too; a group of its own keeps the
  // terminal's signals from it.
  if (server) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent) _exit(125);
  }
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

// A port that nobody has just now.
int FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    Fail("no port is free");
  }
  close(socket);
  return ntohs(address.sin_port);
}

// The processes whose parent is `pid`.
std::vector<pid_t> ChildrenOf(pid_t pid) {
  std::istringstream text(Contents(fmt::format("/proc/{0}/task/{0}/children", pid)));
  std::vector<pid_t> children;
  for (pid_t child = 0; text >> child;) children.push_back(child);
  return children;
}

}  // namespace

PostgresCluster::PostgresCluster(const Options& options) : options_(options) {
  if (const passwd* user = OtherUser()) {
    if (chown(dir_.path().c_str(), user->pw_uid, user->pw_gid) != 0) Fail("chown failed");
  }
  RunToEnd({"initdb", "-D", data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
            "--no-sync"},
           dir_ / "initdb.log");
  Configure();
  Start();
  Run(fmt::format("CREATE ROLE {} LOGIN", kRole));
}

PostgresCluster::PostgresCluster(const Options& options, const PostgresCluster& primary)
    : options_(options) {
  if (const passwd* user = OtherUser()) {
    if (chown(dir_.path().c_str(), user->pw_uid, user->pw_gid) != 0) Fail("chown failed");
  }
  RunToEnd({"pg_basebackup", "-D", data(), "-X", "stream", "--checkpoint=fast", "--no-sync",
            "--write-recovery-conf", "-d",
            fmt::format("host=127.0.0.1 port={} user=postgres application_name=standby",
                        primary.port())},
           dir_ / "basebackup.log");
  Configure();
  Start();
}

PostgresCluster::~PostgresCluster() { Kill(); }

PostgresCluster& PostgresCluster::Shared() {
  static PostgresCluster cluster{Options()};
  return cluster;
}

void PostgresCluster::Configure() {
  std::ofstream conf(data() + "/postgresql.conf", std::ios::app);
  conf << "\nlisten_addresses = '127.0.0.1'\n"
       << fmt::format("unix_socket_directories = '{}'\n", dir_.path())
       << "max_connections = 200\nshared_buffers = 128MB\nmax_wal_size = 2GB\n"
       << "log_line_prefix = '%m [%p] '\n"
       << fmt::format("fsync = {}\n", options_.fsync ? "on" : "off");
  for (const std::string& setting : options_.settings) conf << setting << "\n";
  if (!conf.flush()) Fail("postgresql.conf cannot be written");
}

bool PostgresCluster::TryStart() {
  const std::string log = dir_ / "server.log";
  unlink(log.c_str());
  pid_ = Launch({"postgres", "-D", data(), "-p", std::to_string(port_)}, log, /*server=*/true);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const std::string url =
        fmt::format("host=127.0.0.1 port={} user=postgres dbname=postgres", port_);
    if (PQping(url.c_str()) == PQPING_OK) return true;
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      const std::string text = Contents(log);
      if (text.find("Address already in use") != std::string::npos) return false;
      if (text.find("pre-existing shared memory block") != std::string::npos) {
        // Children of one that was killed are on their way out.
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return TryStart();
      }
      Fail("the server ended: " + text);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  Fail("the server does not get ready: " + Contents(log));
}

void PostgresCluster::Start() {
  if (port_ != 0) {
    // The port is known to others by now.
    if (!TryStart()) Fail(fmt::format("port {} was taken", port_));
    return;
  }
  do {
    port_ = FreePort();
  } while (!TryStart());
}

void PostgresCluster::AwaitEnd() {
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PostgresCluster::SignalAll(int signal) const {
  if (pid_ < 0) return;
  // The server first, so that it does not start others for them.
  const std::vector<pid_t> children = ChildrenOf(pid_);
  kill(pid_, signal);
  for (const pid_t child : children) kill(child, signal);
}

void PostgresCluster::Kill() {
  if (pid_ < 0) return;
  SignalAll(SIGSTOP);
  SignalAll(SIGKILL);
  AwaitEnd();
  unlink((data() + "/postmaster.pid").c_str());
}

void PostgresCluster::Stop() {
  if (pid_ < 0) return;
  kill(pid_, SIGINT);
  AwaitEnd();
}

void PostgresCluster::Pause() { SignalAll(SIGSTOP); }
void PostgresCluster::Resume() { SignalAll(SIGCONT); }

std::string PostgresCluster::Run(const std::string& sql, const std::string& database) const {
  const std::string url =
      fmt::format("host=127.0.0.1 port={} user=postgres dbname={}", port_, database);
  PGconn* connection = PQconnectdb(url.c_str());
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
  return fmt::format("postgresql://{}@127.0.0.1:{},127.0.0.1:{}/{}", kRole, port_, other.port_,
                     database);
}

std::string PostgresCluster::DatabaseOf(const std::string& url) {
  return url.substr(url.rfind('/') + 1);
}

std::unique_ptr<PostgresCluster> PostgresCluster::MakeStandby() {
  std::unique_ptr<PostgresCluster> standby(new PostgresCluster(options_, *this));
  Run("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
  Run("SELECT pg_reload_conf()");
  return standby;
}

void PostgresCluster::Promote() {
  // What waited for a standby here must not wait for one for ever.
  Run("ALTER SYSTEM SET synchronous_standby_names = ''");
  Run("SELECT pg_promote(true)");
}

}  // namespace zerotouch::test
