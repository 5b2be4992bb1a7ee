// SPDX-License-Identifier: Apache-2.0
// Measures how long zerotouchd takes from its start to its ready line, with an
// empty folder and with a used one. Compares with a process that does nothing and,
// for the first start of the sandbox, with making its keys.

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <future>
#include <vector>

#include "bench/statistics.h"
#include "crypto/keys.h"
#include "support/server_process.h"
#include "support/temp_dir.h"

namespace zerotouch::bench {
namespace {

constexpr int kRounds = 10;
constexpr int kSandboxKeys = 6;  // of two resellers and four customers

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

// Makes the keys as the sandbox does: concurrently, on every core.
double MakeSandboxKeys() {
  const SteadyClock::time_point begun = SteadyClock::now();
  std::vector<std::future<bool>> made;
  for (int i = 0; i < kSandboxKeys; ++i) {
    made.push_back(std::async(std::launch::async, [] {
      return crypto::PrivateKey::Generate(crypto::Algorithm::kRs256).ok();
    }));
  }
  for (std::future<bool>& one : made) one.get();
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
  std::vector<double> floor, keys, serve_new, serve_again, sandbox_new, sandbox_again;
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
    keys.push_back(MakeSandboxKeys());
    serve_new.push_back(Start(serve));
    serve_again.push_back(Start(serve));
    sandbox_new.push_back(Start(sandbox));
    sandbox_again.push_back(Start(sandbox));
  }
  fmt::print("start to ready, ms (minimum/median/maximum of {}; to reach: 100)\n", kRounds);
  fmt::print("  limit: /bin/true           {}\n", Spread(floor));
  fmt::print("  serve, empty folder        {}\n", Spread(serve_new));
  fmt::print("  serve, again               {}\n", Spread(serve_again));
  fmt::print("  limit: {} RSA-2048 keys     {}\n", kSandboxKeys, Spread(keys));
  fmt::print("  sandbox, empty folder      {}\n", Spread(sandbox_new));
  fmt::print("  sandbox, again             {}\n", Spread(sandbox_again));
}

}  // namespace
}  // namespace zerotouch::bench

int main() { zerotouch::bench::Run(); }
