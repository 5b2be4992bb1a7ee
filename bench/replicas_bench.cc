// SPDX-License-Identifier: Apache-2.0
// Measures how many unclaims a second three replicas on one PostgreSQL sustain for
// six resellers, which send all their batches at the start. Compares with bare
// libpq programs, one for each reseller, that send the same statements
// concurrently. PostgreSQL has half of the processors, the rest the other half.
//
//   replicas_bench FOLDER [DEVICES [ITEMS [ROUNDS]]]
//
// ITEMS is the size of one batch.

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "absl/time/clock.h"
#include "bench/processors.h"
#include "bench/registry.h"
#include "bench/statistics.h"
#include "bench/unclaim_body.h"
#include "support/server_process.h"

namespace zerotouch::bench {
namespace {

constexpr int kReplicas = 3;
constexpr int kResellers = 6;
constexpr int kBatches = 3;  // of each reseller

PartnerId Reseller(int number) { return PartnerId(kReseller.value() + number); }

// The devices of each reseller's batches.
using Picks = std::vector<std::vector<std::vector<int64_t>>>;

Picks PickBatches(const Contents& contents, int64_t items, uint64_t seed) {
  Picks picks;
  for (int i = 0; i < kResellers; ++i) {
    const std::vector<int64_t> all =
        PickDevices(contents, i, items * kBatches, seed + static_cast<uint64_t>(i));
    picks.emplace_back();
    for (int batch = 0; batch < kBatches; ++batch) {
      picks.back().emplace_back(all.begin() + batch * items, all.begin() + (batch + 1) * items);
    }
  }
  return picks;
}

// Returns items per millisecond.
double RunLoops(Registry& registry, const Picks& picks) {
  const std::string url = registry.FreshLeanCopy("floor");
  const SteadyClock::time_point start = SteadyClock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < kResellers; ++i) {
    threads.emplace_back([&, i] {
      for (const std::vector<int64_t>& batch : picks[static_cast<size_t>(i)]) {
        registry.UnclaimByBareLoop(url, Reseller(i),
                                   {.modems = ModemsOf(batch), .devices = {}, .serials = {}});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(kResellers * kBatches * picks[0][0].size()) / MillisecondsSince(start);
}

// A reseller that sends its batches to one of the replicas.
class Client {
 public:
  Client(const std::string& endpoint, const Registry& registry, PartnerId reseller,
         const std::vector<std::vector<int64_t>>& batches)
      : caller_(endpoint, registry.KeyOf(reseller)), reseller_(reseller) {
    for (const std::vector<int64_t>& batch : batches) bodies_.push_back(UnclaimBody(batch));
  }

  void Send(int batch) {
    const test::Answer accepted =
        caller_.Post(fmt::format("/v1/partners/{}/devices:unclaimAsync", reseller_.value()),
                     bodies_[static_cast<size_t>(batch)]);
    last_ = test::FieldIn(accepted.body, "name");
    if (accepted.status == 200 && !last_.empty()) return;
    fmt::print(stderr, "unclaimAsync: {} {}\n", accepted.status, accepted.body);
    std::exit(1);
  }

  // Returns the progress of the last batch, 0 to 1. Does not read the results,
  // which are not measured.
  double Done() {
    const std::string answer = caller_.Get("/v1/" + last_ + "?fields=done,metadata(progress)").body;
    if (answer.find("\"done\": true") != std::string::npos) return 1;
    const size_t progress = answer.find("\"progress\": ");
    if (progress == std::string::npos) return 0;
    return std::atoi(answer.c_str() + progress + std::string_view("\"progress\": ").size()) / 100.0;
  }

 private:
  test::ApiCaller caller_;
  const PartnerId reseller_;
  std::vector<std::string> bodies_;
  std::string last_;
};

template <class Work>
void OnAll(std::vector<std::unique_ptr<Client>>& clients, const Work& work) {
  std::vector<std::thread> threads;
  for (const std::unique_ptr<Client>& client : clients) {
    threads.emplace_back([&work, &client] { work(*client); });
  }
  for (std::thread& thread : threads) thread.join();
}

// Returns items per millisecond since every reseller's first batch was accepted.
double RunReplicas(Registry& registry, const Picks& picks) {
  const std::string url = registry.FreshCopy("server");
  std::vector<std::unique_ptr<test::ServerProcess>> servers;
  std::vector<std::string> endpoints;
  for (int i = 0; i < kReplicas; ++i) {
    servers.push_back(std::make_unique<test::ServerProcess>(
        std::vector<std::string>{"serve", "--log-level", "error", "--listen", "127.0.0.1:0",
                                 "--quota-per-100s", "0", "--database", url}));
    endpoints.push_back(test::ParseSandbox(servers.back()->ready_line()).endpoint);
  }
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < kResellers; ++i) {
    clients.push_back(std::make_unique<Client>(endpoints[static_cast<size_t>(i % kReplicas)],
                                               registry, Reseller(i),
                                               picks[static_cast<size_t>(i)]));
  }
  OnAll(clients, [](Client& client) { client.Send(0); });
  const SteadyClock::time_point start = SteadyClock::now();
  double batches = kResellers * kBatches;
  for (const std::unique_ptr<Client>& client : clients) batches -= client->Done();
  OnAll(clients, [](Client& client) {
    for (int batch = 1; batch < kBatches; ++batch) client.Send(batch);
    // Batches finish in order. Polling uses PostgreSQL's processors, so it is
    // rare; the delay counts as the replicas' time.
    while (client.Done() < 1) absl::SleepFor(absl::Milliseconds(100));
  });
  const double took = MillisecondsSince(start);
  for (const auto& server : servers) server->Terminate();
  return batches * static_cast<double>(picks[0][0].size()) / took;
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
  const int64_t items = number(3, 50'000);
  const int64_t rounds = number(4, 3);
  if (items * kBatches > contents.devices / kResellers) {
    fmt::print(stderr, "too few devices: each of {} resellers needs {}\n", kResellers,
               items * kBatches);
    return 1;
  }
  // Replicas and clients do not use PostgreSQL's processors, as if they had their
  // own machines; PostgreSQL's processors are the limit.
  KeepTo(Half::kFirst);
  const std::unique_ptr<Registry> registry = PostgresRegistry(argv[1], contents);
  KeepTo(Half::kSecond);
  std::vector<double> loops, replicas, ratios;
  for (int64_t round = 0; round < rounds; ++round) {
    const Picks picks = PickBatches(contents, items, static_cast<uint64_t>(round * 100));
    loops.push_back(RunLoops(*registry, picks));
    replicas.push_back(RunReplicas(*registry, picks));
    ratios.push_back(replicas.back() / loops.back());
  }
  fmt::print("{} replicas, {} resellers with {} batches of {} each, registry of {}\n", kReplicas,
             kResellers, kBatches, items, contents.devices);
  fmt::print("  limit: {} side by side, items/ms   {}\n", registry->loop(), Spread(loops));
  fmt::print("  replicas, items/ms                 {}\n", Spread(replicas));
  fmt::print("  ratio                              {}   (to reach: 0.9)\n", Spread(ratios));
  return 0;
}

}  // namespace
}  // namespace zerotouch::bench

int main(int argc, char** argv) { return zerotouch::bench::Run(argc, argv); }
