// SPDX-License-Identifier: Apache-2.0
// Measures batches of each kind on SQLite over HTTP, each beside a bare loop that does the
// same on a lean schema: unclaims by IMEI, by device id, by serial set and mixed, and claims
// of new devices. Then the parts of a batch beside their limits: the answer, the results,
// and the memory.
//
//   batches_bench FOLDER [DEVICES [ITEMS [ROUNDS]]]
//
// FOLDER keeps the registry from run to run. With 10,000,000 devices and again with 100,000,
// `ms per 1,000` says what an item costs in a large registry.

#include <fcntl.h>
#include <fmt/format.h>
#include <simdjson.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/batch_client.h"
#include "bench/registry.h"
#include "bench/statistics.h"

namespace zerotouch::bench {
namespace {

enum class Kind { kImei, kDeviceId, kSerialSet, kMixed, kClaim };

struct KindRow {
  Kind kind;
  const char* name;
};
constexpr KindRow kKinds[] = {{Kind::kImei, "unclaimAsync by IMEI"},
                              {Kind::kDeviceId, "unclaimAsync by deviceId"},
                              {Kind::kSerialSet, "unclaimAsync by serial set"},
                              {Kind::kMixed, "unclaimAsync mixed"},
                              {Kind::kClaim, "claimAsync of new devices"}};

// A batch and the same for the lean loop.
struct Work {
  std::string body;
  LeanTargets targets;
};

std::string TargetJson(Kind kind, int64_t pick, int64_t device, LeanTargets& targets) {
  switch (kind) {
    case Kind::kDeviceId:
      targets.devices.push_back(device);
      return fmt::format("\"deviceId\":\"{}\"", device);
    case Kind::kSerialSet:
      targets.serials.push_back(SerialOf(pick));
      return fmt::format(
          "\"deviceIdentifier\":{{\"serialNumber\":\"{}\",\"manufacturer\":\"Google\","
          "\"model\":\"Pixel 8\"}}",
          targets.serials.back());
    default:
      targets.modems.push_back(ModemKeyOfImei(ImeiOf(pick)));
      return fmt::format("\"deviceIdentifier\":{{\"imei\":\"{}\",\"manufacturer\":\"Google\"}}",
                         ImeiOf(pick));
  }
}

Work MakeUnclaims(Registry& registry, Kind kind, int64_t items, uint64_t seed) {
  const std::vector<int64_t> picks = PickDevices(registry.contents(), 0, items, seed);
  std::vector<int64_t> ids(picks.size());
  if (kind == Kind::kDeviceId || kind == Kind::kMixed) ids = registry.DeviceIdsOf(ModemsOf(picks));
  constexpr Kind kMix[] = {Kind::kImei, Kind::kDeviceId, Kind::kSerialSet};
  Work work;
  work.body = "{\"unclaims\":[";
  for (size_t i = 0; i < picks.size(); ++i) {
    const Kind one = kind == Kind::kMixed ? kMix[i % 3] : kind;
    work.body += fmt::format("{}{{{},\"sectionType\":\"SECTION_TYPE_ZERO_TOUCH\"}}",
                             i == 0 ? "" : ",", TargetJson(one, picks[i], ids[i], work.targets));
  }
  work.body += "]}";
  return work;
}

Work MakeClaims(const Registry& registry, int64_t items) {
  Work work;
  work.body = "{\"claims\":[";
  for (int64_t i = 0; i < items; ++i) {
    const std::string imei = ImeiOf(registry.contents().devices + i);
    work.targets.modems.push_back(ModemKeyOfImei(imei));
    work.body += fmt::format(
        "{}{{\"deviceIdentifier\":{{\"imei\":\"{}\",\"manufacturer\":\"Google\",\"model\":"
        "\"Pixel 8\"}},\"sectionType\":\"SECTION_TYPE_ZERO_TOUCH\",\"customerId\":\"{}\"}}",
        i == 0 ? "" : ",", imei, CustomerOf(0, 0).value());
  }
  work.body += "]}";
  return work;
}

struct Figures {
  std::vector<double> limit_ms, done_ms, ratio, written;
  std::vector<double> answer_limit_ms, answer_ms, answer_ratio;
  std::vector<double> results_mb_s, static_mb_s, download_ratio;
  std::vector<double> memory_ratio;  // of the body
};

// Returns the milliseconds to read the body with simdjson and to make `bytes` durable.
double AnswerLimit(const std::string& body, size_t bytes, const std::string& folder) {
  const std::string path = folder + "/fsync";
  const std::string stored(bytes, 's');
  const simdjson::padded_string padded(body);
  const SteadyClock::time_point start = SteadyClock::now();
  simdjson::dom::parser parser;
  simdjson::dom::element parsed;
  if (parser.parse(padded).get(parsed) != simdjson::SUCCESS) std::exit(1);
  const int fd = open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  if (write(fd, stored.data(), stored.size()) != static_cast<ssize_t>(stored.size()) ||
      fsync(fd) != 0) {
    std::exit(1);
  }
  close(fd);
  const double took = MillisecondsSince(start);
  unlink(path.c_str());
  return took;
}

// Returns the MB/s of a document that the server has in memory.
double StaticRate(const std::string& endpoint, const std::string& token) {
  const SteadyClock::time_point start = SteadyClock::now();
  double bytes = 0;
  for (int i = 0; i < 100; ++i) {
    bytes += static_cast<double>(Download(endpoint + "/$discovery/rest?version=v1", token));
  }
  return bytes / 1e3 / MillisecondsSince(start);
}

void RunOnce(Registry& registry, const std::string& folder, Kind kind, int64_t items, uint64_t seed,
             Figures& figures) {
  const bool is_claim = kind == Kind::kClaim;
  const Work work =
      is_claim ? MakeClaims(registry, items) : MakeUnclaims(registry, kind, items, seed);
  const std::string lean = registry.FreshLeanCopy("floor");
  const double limit = is_claim ? registry.ClaimByBareLoop(lean, kReseller, work.targets.modems)
                                : registry.UnclaimByBareLoop(lean, kReseller, work.targets);
  // The stored form has about a third of the bytes of the JSON.
  const double answer_limit = AnswerLimit(work.body, work.body.size() / 3, folder);
  test::ServerProcess server({"serve", "--log-level", "error", "--listen", "127.0.0.1:0",
                              "--quota-per-100s", "0", "--database", registry.FreshCopy("server")});
  const std::string endpoint = test::ParseSandbox(server.ready_line()).endpoint;
  test::ApiCaller caller(endpoint, registry.KeyOf(kReseller));
  const std::string path = fmt::format("/v1/partners/{}/devices:{}", kReseller.value(),
                                       is_claim ? "claimAsync" : "unclaimAsync");
  const double idle_mib = MemoryMib(server.pid(), "VmRSS");
  const double written = BytesWritten(server.pid());
  const Batch batch = RunBatch(endpoint, path, work.body, caller, items);
  figures.limit_ms.push_back(limit);
  figures.done_ms.push_back(batch.done_ms);
  figures.ratio.push_back(batch.done_ms / limit);
  figures.written.push_back((BytesWritten(server.pid()) - written) / static_cast<double>(items));
  figures.answer_limit_ms.push_back(answer_limit);
  figures.answer_ms.push_back(batch.answer_ms);
  figures.answer_ratio.push_back(batch.answer_ms / answer_limit);
  figures.memory_ratio.push_back((MemoryMib(server.pid(), "VmHWM") - idle_mib) * (1 << 20) /
                                 static_cast<double>(work.body.size()));
  const SteadyClock::time_point asked = SteadyClock::now();
  const auto bytes = static_cast<double>(Download(endpoint + batch.operation, caller.token()));
  figures.results_mb_s.push_back(bytes / 1e3 / MillisecondsSince(asked));
  figures.static_mb_s.push_back(StaticRate(endpoint, caller.token()));
  figures.download_ratio.push_back(figures.results_mb_s.back() / figures.static_mb_s.back());
  server.Terminate();
}

void PrintKind(const char* name, const Registry& registry, int64_t items, const Figures& figures) {
  fmt::print("{} (minimum/median/maximum of {})\n", name, figures.ratio.size());
  fmt::print("  {:35}{}\n", fmt::format("limit: {}, ms", registry.loop()),
             Spread(figures.limit_ms));
  fmt::print("  first body byte to done, ms        {}   ({:.1f} ms per 1,000)\n",
             Spread(figures.done_ms),
             Percentile(figures.done_ms, 0.5) * 1'000 / static_cast<double>(items));
  fmt::print("  ratio                              {}   (to reach: 1.5)\n", Spread(figures.ratio));
  fmt::print("  bytes written per device           {}\n", Spread(figures.written));
  fmt::print("  limit: simdjson and fsync, ms      {}\n", Spread(figures.answer_limit_ms));
  fmt::print("  last body byte to answer, ms       {}\n", Spread(figures.answer_ms));
  fmt::print("  ratio                              {}   (to reach: 2)\n",
             Spread(figures.answer_ratio));
  fmt::print("  limit: a document, MB/s            {}\n", Spread(figures.static_mb_s));
  fmt::print("  download of the results, MB/s      {}\n", Spread(figures.results_mb_s));
  fmt::print("  ratio                              {}   (to reach: 0.5)\n",
             Spread(figures.download_ratio));
  fmt::print("  memory over idle ÷ body            {}   (to reach: 3)\n",
             Spread(figures.memory_ratio));
}

int Run(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: batches_bench FOLDER [DEVICES [ITEMS [ROUNDS]]]\n");
    return 1;
  }
  const auto number = [&](int at, int64_t by_default) {
    return argc > at ? std::atoll(argv[at]) : by_default;
  };
  const Contents contents{.devices = number(2, 300'000), .customers = 10, .serials = true};
  const int64_t items = number(3, 100'000);
  const std::string folder = argv[1];
  const std::unique_ptr<Registry> registry = SqliteRegistry(folder, contents);
  fmt::print("batches of {}, registry of {}, seeds from 1\n", items, contents.devices);
  for (const KindRow& row : kKinds) {
    Figures figures;
    for (int64_t i = 0; i < number(4, 3); ++i) {
      RunOnce(*registry, folder, row.kind, items, 1 + static_cast<uint64_t>(i), figures);
    }
    PrintKind(row.name, *registry, items, figures);
  }
  return 0;
}

}  // namespace
}  // namespace zerotouch::bench

int main(int argc, char** argv) { return zerotouch::bench::Run(argc, argv); }
