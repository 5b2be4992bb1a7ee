// Three replicas on one PostgreSQL, six resellers with a batch each: how many
// unclaims a second they sustain together, beside bare libpq programs, one for
// each reseller, that do the same side by side.
//
//   replicas_bench FOLDER [DEVICES [ITEMS [ROUNDS]]]

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "absl/time/clock.h"
#include "bench/registry.h"
#include "bench/statistics.h"
#include "bench/unclaim_body.h"
#include "support/server_process.h"

namespace zerotouch::bench {
namespace {

constexpr int kReplicas = 3;
constexpr int kResellers = 6;

PartnerId Reseller(int number) { return PartnerId(kReseller.value() + number); }

double RunLoops(Registry& registry, const std::vector<std::vector<int64_t>>& picks) {
  const std::string url = registry.FreshCopy("floor");
  const SteadyClock::time_point start = SteadyClock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < kResellers; ++i) {
    threads.emplace_back([&, i] {
      registry.UnclaimByBareLoop(url, Reseller(i), ModemsOf(picks[static_cast<size_t>(i)]));
    });
  }
  for (std::thread& thread : threads) thread.join();
  return MillisecondsSince(start);
}

// Sends each reseller's batch to the next replica, and waits for all of them.
double RunReplicas(Registry& registry, const std::vector<std::vector<int64_t>>& picks) {
  const std::string url = registry.FreshCopy("server");
  std::vector<std::unique_ptr<test::ServerProcess>> servers;
  std::vector<std::string> endpoints;
  for (int i = 0; i < kReplicas; ++i) {
    servers.push_back(std::make_unique<test::ServerProcess>(std::vector<std::string>{
        "serve", "--log-level", "error", "--listen", "127.0.0.1:0", "--database", url}));
    endpoints.push_back(test::ParseSandbox(servers.back()->ready_line()).endpoint);
  }
  std::vector<std::unique_ptr<test::ApiCaller>> callers;
  std::vector<std::string> bodies;
  for (int i = 0; i < kResellers; ++i) {
    callers.push_back(std::make_unique<test::ApiCaller>(
        endpoints[static_cast<size_t>(i % kReplicas)], registry.KeyOf(Reseller(i))));
    bodies.push_back(UnclaimBody(picks[static_cast<size_t>(i)]));
  }
  const SteadyClock::time_point start = SteadyClock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < kResellers; ++i) {
    threads.emplace_back([&, i] {
      test::ApiCaller& caller = *callers[static_cast<size_t>(i)];
      const test::Answer accepted =
          caller.Post(fmt::format("/v1/partners/{}/devices:unclaimAsync", Reseller(i).value()),
                      bodies[static_cast<size_t>(i)]);
      const std::string name = test::FieldIn(accepted.body, "name");
      if (accepted.status != 200 || name.empty()) {
        fmt::print(stderr, "unclaimAsync: {} {}\n", accepted.status, accepted.body);
        std::exit(1);
      }
      // Without the results: they are not part of it.
      const std::string progress = "/v1/" + name + "?fields=done,metadata(progress)";
      while (caller.Get(progress).body.find("\"done\": true") == std::string::npos) {
        absl::SleepFor(absl::Milliseconds(20));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double took = MillisecondsSince(start);
  for (const auto& server : servers) server->Terminate();
  return took;
}

int Run(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: replicas_bench FOLDER [DEVICES [ITEMS [ROUNDS]]]\n");
    return 1;
  }
  const auto number = [&](int at, int64_t by_default) {
    return argc > at ? std::atoll(argv[at]) : by_default;
  };
  const Contents contents{.devices = number(2, 900'000), .customers = 10, .resellers = kResellers};
  const int64_t items = number(3, 100'000);
  const int64_t rounds = number(4, 3);
  const std::unique_ptr<Registry> registry = PostgresRegistry(argv[1], contents);
  std::vector<double> loops, replicas, ratios;
  for (int64_t round = 0; round < rounds; ++round) {
    std::vector<std::vector<int64_t>> picks;
    for (int i = 0; i < kResellers; ++i) {
      picks.push_back(PickDevices(contents, i, items, static_cast<uint64_t>(round * 100 + i)));
    }
    const double all = static_cast<double>(items * kResellers);
    loops.push_back(all / RunLoops(*registry, picks));
    replicas.push_back(all / RunReplicas(*registry, picks));
    ratios.push_back(replicas.back() / loops.back());
  }
  fmt::print("{} replicas, {} resellers with a batch of {} each, registry of {}\n", kReplicas,
             kResellers, items, contents.devices);
  fmt::print("  limit: {} side by side, items/ms   {}\n", registry->loop(), Spread(loops));
  fmt::print("  replicas, items/ms                 {}\n", Spread(replicas));
  fmt::print("  ratio                              {}   (to reach: 0.9)\n", Spread(ratios));
  return 0;
}

}  // namespace
}  // namespace zerotouch::bench

int main(int argc, char** argv) { return zerotouch::bench::Run(argc, argv); }
