// SPDX-License-Identifier: Apache-2.0
// Measures the main job: an unclaimAsync of 100,000 devices by IMEI on a registry
// of 1,000,000 over HTTP, from the first byte of the body to `done`. Compares with
// a bare loop that does the same on a lean schema. In every second round
// a client reads devices meanwhile.
//
//   unclaim_bench sqlite|postgres FOLDER [DEVICES [ITEMS [ROUNDS [CUSTOMERS]]]]
//
// FOLDER keeps a SQLite registry from run to run.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "absl/time/clock.h"
#include "bench/batch_client.h"
#include "bench/registry.h"
#include "bench/statistics.h"
#include "bench/unclaim_body.h"
#include "support/server_process.h"

namespace zerotouch::bench {
namespace {

using test::ApiCaller;

// Reads a device every 2 ms on its own connection until it is stopped, and records
// how long each call took.
class Reader {
 public:
  Reader(ApiCaller& caller, std::string path) : caller_(caller), path_(std::move(path)) {
    thread_ = std::thread([this] { Loop(); });
  }
  std::vector<double> Stop() {
    stop_ = true;
    thread_.join();
    return std::move(ms_);
  }

 private:
  void Loop() {
    while (!stop_) {
      const SteadyClock::time_point begun = SteadyClock::now();
      const test::Answer answer = caller_.Get(path_);
      ms_.push_back(MillisecondsSince(begun));
      if (answer.status != 200) {
        fmt::print(stderr, "devices.get: {} {}\n", answer.status, answer.body);
        std::exit(1);
      }
      std::this_thread::sleep_until(begun + std::chrono::milliseconds(2));
    }
  }

  ApiCaller& caller_;
  const std::string path_;
  std::atomic<bool> stop_ = false;
  std::vector<double> ms_;
  std::thread thread_;
};

struct Round {
  double floor_ms = 0;     // the bare loop
  double done_ms = 0;      // first byte of the body to `done`
  double answer_ms = 0;    // last byte of the body to the answer of the call
  double download_ms = 0;  // of the finished operation with all results
  double download_mb = 0;
  double memory_mib = 0;     // at most, over idle
  double written_bytes = 0;  // of the process, per device
  std::vector<double> idle_reads_ms, reads_ms;
};

Round RunOnce(Registry& registry, int64_t items, uint64_t seed, bool with_reads) {
  Round round;
  const std::vector<int64_t> picks = PickDevices(registry.contents(), 0, items, seed);
  round.floor_ms =
      registry.UnclaimByBareLoop(registry.FreshLeanCopy("floor"), kReseller,
                                 {.modems = ModemsOf(picks), .devices = {}, .serials = {}});

  const std::string body = UnclaimBody(picks);
  const std::string copy = registry.FreshCopy("server");
  test::ServerProcess server({"serve", "--log-level", "error", "--listen", "127.0.0.1:0",
                              "--quota-per-100s", "0", "--database", copy});
  const std::string endpoint = test::ParseSandbox(server.ready_line()).endpoint;
  ApiCaller caller(endpoint, registry.KeyOf(kReseller));
  ApiCaller reading(endpoint, registry.KeyOf(kReseller));
  const std::string partner = fmt::format("/v1/partners/{}/", kReseller.value());
  // A device that is not in the batch.
  const test::Answer found =
      caller.Post(partner + "devices:findByIdentifier",
                  fmt::format("{{\"deviceIdentifier\":{{\"imei\":\"{}\"}},\"limit\":1}}",
                              ImeiOf(picks.back())));
  const std::string device = "/v1/" + test::FieldIn(found.body, "name");
  {
    Reader idle(reading, device);
    absl::SleepFor(absl::Milliseconds(with_reads ? 1'000 : 100));
    round.idle_reads_ms = idle.Stop();
  }
  const double idle_mib = MemoryMib(server.pid(), "VmRSS");

  std::unique_ptr<Reader> reader;
  if (with_reads) reader = std::make_unique<Reader>(reading, device);
  const double written = BytesWritten(server.pid());
  const Batch batch = RunBatch(endpoint, partner + "devices:unclaimAsync", body, caller, items);
  round.done_ms = batch.done_ms;
  round.answer_ms = batch.answer_ms;
  round.written_bytes = (BytesWritten(server.pid()) - written) / static_cast<double>(items);
  const SteadyClock::time_point asked = SteadyClock::now();
  round.download_mb =
      static_cast<double>(Download(endpoint + batch.operation, caller.token())) / 1e6;
  round.download_ms = MillisecondsSince(asked);
  if (reader != nullptr) round.reads_ms = reader->Stop();
  round.memory_mib = MemoryMib(server.pid(), "VmHWM") - idle_mib;
  server.Terminate();
  return round;
}

template <class Value>
std::vector<double> Each(const std::vector<Round>& rounds, Value value) {
  std::vector<double> values;
  for (const Round& round : rounds) values.push_back(value(round));
  return values;
}

std::vector<double> Joined(const std::vector<Round>& rounds, std::vector<double> Round::*list) {
  std::vector<double> all;
  for (const Round& round : rounds) {
    all.insert(all.end(), (round.*list).begin(), (round.*list).end());
  }
  return all;
}

// Performance targets of a kind of store.
struct Goals {
  double ratio;     // batch to bare loop
  std::string p99;  // of reads during the batch
};

void Print(const Registry& registry, const Goals& goals, const std::vector<Round>& quiet,
           const std::vector<Round>& read) {
  fmt::print("alone (minimum/median/maximum of {})\n", quiet.size());
  fmt::print("  {:35}{}\n", fmt::format("limit: {}, ms", registry.loop()),
             Spread(Each(quiet, [](const Round& r) { return r.floor_ms; })));
  fmt::print("  first body byte to done, ms        {}\n",
             Spread(Each(quiet, [](const Round& r) { return r.done_ms; })));
  fmt::print("  ratio                              {}   (to reach: {})\n",
             Spread(Each(quiet, [](const Round& r) { return r.done_ms / r.floor_ms; })),
             goals.ratio);
  fmt::print("  last body byte to answer, ms       {}   (to reach: 200)\n",
             Spread(Each(quiet, [](const Round& r) { return r.answer_ms; })));
  fmt::print("  download of the results, ms        {}   ({:.1f} MB)\n",
             Spread(Each(quiet, [](const Round& r) { return r.download_ms; })),
             quiet[0].download_mb);
  fmt::print("  memory over idle, MiB              {}   (to reach: 200)\n",
             Spread(Each(quiet, [](const Round& r) { return r.memory_mib; })));
  fmt::print("  bytes written per device           {}   (to reach: 600, on SQLite)\n",
             Spread(Each(quiet, [](const Round& r) { return r.written_bytes; })));
  if (read.empty()) return;
  fmt::print("while devices are read (of {})\n", read.size());
  fmt::print("  ratio                              {}\n",
             Spread(Each(read, [](const Round& r) { return r.done_ms / r.floor_ms; })));
  const std::vector<double> idle = Joined(read, &Round::idle_reads_ms);
  const std::vector<double> busy = Joined(read, &Round::reads_ms);
  fmt::print("  limit: devices.get idle, ms        p50 {:.2f}, p99 {:.2f}   ({} calls)\n",
             Percentile(idle, 0.5), Percentile(idle, 0.99), idle.size());
  fmt::print(
      "  devices.get during the batch, ms   p50 {:.2f}, p99 {:.2f}   ({} calls; to reach: {})\n",
      Percentile(busy, 0.5), Percentile(busy, 0.99), busy.size(), goals.p99);
  fmt::print("  p99 during the batch ÷ idle        {}\n", Spread(Each(read, [](const Round& r) {
               return Percentile(r.reads_ms, 0.99) / Percentile(r.idle_reads_ms, 0.99);
             })));
}

int Run(int argc, char** argv) {
  const std::string kind = argc > 1 ? argv[1] : "";
  if (argc < 3 || (kind != "sqlite" && kind != "postgres")) {
    fmt::print(stderr,
               "usage: unclaim_bench sqlite|postgres FOLDER [DEVICES [ITEMS [ROUNDS "
               "[CUSTOMERS]]]]\n");
    return 1;
  }
  const auto number = [&](int at, int64_t by_default) {
    return argc > at ? std::atoll(argv[at]) : by_default;
  };
  const Contents contents{.devices = number(3, 1'000'000),
                          .customers = static_cast<int>(number(6, 10))};
  const int64_t items = number(4, 100'000);
  const int64_t rounds = number(5, 5);
  const std::unique_ptr<Registry> registry =
      kind == "sqlite" ? SqliteRegistry(argv[2], contents) : PostgresRegistry(argv[2], contents);
  const Goals goals = kind == "sqlite" ? Goals{1.5, "3 ms"} : Goals{1.4, "3 times the idle one"};
  fmt::print("{}: unclaimAsync of {} devices by IMEI, registry of {}, {} customers, seeds from 1\n",
             kind, items, contents.devices, contents.customers);
  std::vector<Round> quiet, read;
  for (int64_t i = 0; i < rounds; ++i) {
    quiet.push_back(RunOnce(*registry, items, 1 + static_cast<uint64_t>(i), false));
    read.push_back(RunOnce(*registry, items, 1 + static_cast<uint64_t>(i), true));
  }
  Print(*registry, goals, quiet, read);
  return 0;
}

}  // namespace
}  // namespace zerotouch::bench

int main(int argc, char** argv) { return zerotouch::bench::Run(argc, argv); }
