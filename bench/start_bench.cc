// How long zerotouchd takes from its start to its ready line: on an empty folder
// and on one that it has used, beside a process that does nothing.

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "bench/statistics.h"
#include "support/server_process.h"
#include "support/temp_dir.h"

namespace zerotouch::bench {
namespace {

constexpr int kRounds = 10;

double StartEmptyProcess() {
  const SteadyClock::time_point begun = SteadyClock::now();
  const pid_t pid = fork();
  if (pid == 0) {
    execl("/bin/true", "true", nullptr);
    _exit(127);
  }
  waitpid(pid, nullptr, 0);
  return MillisecondsSince(begun);
}

double Start(const std::vector<std::string>& arguments) {
  const SteadyClock::time_point begun = SteadyClock::now();
  test::ServerProcess server(arguments);
  const double elapsed = MillisecondsSince(begun);
  if (server.ready_line().empty()) {
    fmt::print(stderr, "zerotouchd did not start\n");
    std::exit(1);
  }
  server.Terminate();
  return elapsed;
}

void Run() {
  std::vector<double> floor, serve_new, serve_again, sandbox_new, sandbox_again;
  for (int round = 0; round < kRounds; ++round) {
    const test::TempDir dir;
    const std::vector<std::string> serve = {"serve",
                                            "--log-level",
                                            "error",
                                            "--listen",
                                            "127.0.0.1:0",
                                            "--database",
                                            "sqlite://" + dir / "registry.db"};
    const std::vector<std::string> sandbox = {"sandbox",      "--log-level", "error",
                                              "--listen",     "127.0.0.1:0", "--data-dir",
                                              dir / "sandbox"};
    floor.push_back(StartEmptyProcess());
    serve_new.push_back(Start(serve));
    serve_again.push_back(Start(serve));
    sandbox_new.push_back(Start(sandbox));
    sandbox_again.push_back(Start(sandbox));
  }
  fmt::print("start to ready, ms (minimum/median/maximum of {})\n", kRounds);
  fmt::print("  limit: /bin/true           {}\n", Spread(floor));
  fmt::print("  serve, empty folder        {}\n", Spread(serve_new));
  fmt::print("  serve, again               {}\n", Spread(serve_again));
  fmt::print("  sandbox, empty folder      {}   (six RSA keys are made)\n", Spread(sandbox_new));
  fmt::print("  sandbox, again             {}\n", Spread(sandbox_again));
}

}  // namespace
}  // namespace zerotouch::bench

int main() { zerotouch::bench::Run(); }
