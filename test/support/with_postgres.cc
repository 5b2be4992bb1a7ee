// SPDX-License-Identifier: Apache-2.0
// with_postgres COMMAND...: starts a temporary PostgreSQL server and runs the
// command with the environment variables (PGHOST, PGPORT, PGUSER) by which libpq
// finds it, as a role that can create databases. Exits with the command's code.

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "support/postgres_cluster.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: with_postgres COMMAND...\n");
    return 2;
  }
  zerotouch::test::PostgresCluster cluster({});
  cluster.Run("CREATE ROLE operator LOGIN CREATEDB");
  const pid_t pid = fork();
  if (pid == 0) {
    setenv("PGHOST", "127.0.0.1", 1);
    setenv("PGPORT", fmt::format("{}", cluster.port()).c_str(), 1);
    setenv("PGUSER", "operator", 1);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
