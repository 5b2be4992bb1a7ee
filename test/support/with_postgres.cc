// SPDX-License-Identifier: Apache-2.0
// with_postgres [--standby] COMMAND...: starts a temporary PostgreSQL server and runs the
// command with the environment variables (PGHOST, PGPORT, PGUSER) by which libpq finds it,
// as a role that can create databases. Exits with the command's code.
//
// With --standby the server has a standby, which STANDBY_PORT names. SIGUSR1 to this program
// kills the server and promotes the standby.

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string_view>

#include "support/postgres_cluster.h"

namespace zerotouch::test {
namespace {

pid_t Run(char** command, const PostgresCluster& cluster, const PostgresCluster* standby) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setenv("PGHOST", "127.0.0.1", 1);
  setenv("PGPORT", fmt::format("{}", cluster.port()).c_str(), 1);
  setenv("PGUSER", "operator", 1);
  if (standby != nullptr) {
    setenv("STANDBY_PORT", fmt::format("{}", standby->port()).c_str(), 1);
  }
  execvp(command[0], command);
  _exit(127);
}

int Main(int argc, char** argv) {
  const bool has_standby = argc > 1 && std::string_view(argv[1]) == "--standby";
  char** const command = argv + (has_standby ? 2 : 1);
  if (command >= argv + argc) {
    fmt::print(stderr, "usage: with_postgres [--standby] COMMAND...\n");
    return 2;
  }
  PostgresCluster cluster({});
  cluster.Run("CREATE ROLE operator LOGIN CREATEDB");
  const std::unique_ptr<PostgresCluster> standby = has_standby ? cluster.MakeStandby() : nullptr;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  const pid_t pid = Run(command, cluster, standby.get());
  int status = 0;
  while (waitpid(pid, &status, WNOHANG) != pid) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGUSR1 || standby == nullptr) continue;
    cluster.Kill();
    standby->Promote();
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace
}  // namespace zerotouch::test

int main(int argc, char** argv) { return zerotouch::test::Main(argc, argv); }
