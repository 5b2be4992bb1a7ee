// SPDX-License-Identifier: Apache-2.0
// Measures single durable claims and unclaims on SQLite: 64 threads that wait for
// one write each, and 64 outstanding pieces of work without a thread, beside a bare
// loop of prepared statements with one commit per call.
//
//   writes_bench FOLDER [CLIENTS [ROUNDS]]

#include <fmt/format.h>
#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "batch/engine.h"
#include "bench/registry.h"
#include "bench/statistics.h"
#include "store/store.h"

namespace zerotouch::bench {
namespace {

constexpr int64_t kDevices = 10'000;
constexpr double kRoundMs = 2'000;

void Require(bool ok, std::string_view what) {
  if (ok) return;
  fmt::print(stderr, "cannot {}\n", what);
  std::exit(1);
}

// Does the least that a store does for an unclaim and a claim, in a transaction of its
// own with the settings of the server. Returns calls per second.
class BareLoop {
 public:
  explicit BareLoop(const std::string& url) {
    const std::string path = url.substr(std::string_view("sqlite://").size());
    Check(
        sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr));
    for (const char* sql : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                            "PRAGMA cache_size = -32768", "PRAGMA wal_autocheckpoint = 4000"}) {
      Check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr));
    }
    locate_ = Prepare("SELECT device FROM modem_keys WHERE modem = ?");
    read_ = Prepare("SELECT owner FROM claims WHERE device = ? AND section = 2");
    change_ = Prepare("UPDATE claims SET held = ?, owner = ? WHERE device = ? AND section = 2");
    begin_ = Prepare("BEGIN IMMEDIATE");
    commit_ = Prepare("COMMIT");
  }
  ~BareLoop() {
    for (sqlite3_stmt* statement : {locate_, read_, change_, begin_, commit_}) {
      sqlite3_finalize(statement);
    }
    sqlite3_close(db_);
  }
  BareLoop(const BareLoop&) = delete;
  BareLoop& operator=(const BareLoop&) = delete;

  double Rate() {
    const std::vector<ModemKey> modems = ModemsOf(AllDevices());
    int64_t calls = 0;
    const SteadyClock::time_point start = SteadyClock::now();
    while (MillisecondsSince(start) < kRoundMs) {
      const ModemKey modem = modems[static_cast<size_t>(calls / 2) % modems.size()];
      const bool claim = calls % 2 == 1;
      Change(modem, claim);
      ++calls;
    }
    return static_cast<double>(calls) * 1'000 / MillisecondsSince(start);
  }

  static std::vector<int64_t> AllDevices() {
    std::vector<int64_t> all;
    for (int64_t i = 0; i < kDevices; ++i) all.push_back(i);
    return all;
  }

 private:
  void Change(ModemKey modem, bool claim) {
    Step(begin_);
    sqlite3_bind_int64(locate_, 1, modem);
    Require(sqlite3_step(locate_) == SQLITE_ROW, "find the device");
    const int64_t device = sqlite3_column_int64(locate_, 0);
    sqlite3_reset(locate_);
    sqlite3_bind_int64(read_, 1, device);
    Require(sqlite3_step(read_) == SQLITE_ROW, "find the claim");
    sqlite3_reset(read_);
    sqlite3_bind_int64(change_, 1, claim ? 1 : 0);
    sqlite3_bind_int64(change_, 2, claim ? 800'000'000 : 0);
    sqlite3_bind_int64(change_, 3, device);
    Step(change_);
    Step(commit_);
  }
  void Check(int code) { Require(code == SQLITE_OK || code == SQLITE_DONE, sqlite3_errmsg(db_)); }
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Check(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr));
    return statement;
  }
  void Step(sqlite3_stmt* statement) {
    Check(sqlite3_step(statement));
    sqlite3_reset(statement);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt *locate_, *read_, *change_, *begin_, *commit_;
};

// The registry with the engine of the server, and what its clients ask for.
class Served {
 public:
  explicit Served(const std::string& url)
      : store_(store::Open(url, Clock::System()).value()),
        engine_(*store_, rules_, Clock::System(), {}) {}

  // Unclaims or claims one device. `call` counts the calls of one client.
  void Call(int client, int clients, int64_t call) {
    const int64_t device = (call / 2 * clients + client) % kDevices;
    absl::StatusOr<ItemResult> result;
    if (call % 2 == 0) {
      api::PartnerUnclaim item;
      item.mutable_device_identifier()->set_imei(ImeiOf(device));
      item.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
      result = engine_.UnclaimOne(kReseller, item);
    } else {
      api::PartnerClaim item;
      item.mutable_device_identifier()->set_imei(ImeiOf(device));
      item.mutable_device_identifier()->set_manufacturer("Google");
      item.mutable_device_identifier()->set_model("Pixel 8");
      item.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
      item.set_customer_id(800'000'000);
      result = engine_.ClaimOne(kReseller, item);
    }
    Require(result.ok() && result->outcome == Outcome::kSuccess, "claim or unclaim");
  }

  // The rate of threads that wait for one write each.
  double ThreadsRate(int clients) {
    std::atomic<int64_t> calls = 0;
    const SteadyClock::time_point start = SteadyClock::now();
    std::vector<std::thread> threads;
    for (int client = 0; client < clients; ++client) {
      threads.emplace_back([&, client] {
        for (int64_t call = 0; call % 2 == 1 || MillisecondsSince(start) < kRoundMs; ++call) {
          Call(client, clients, call);
          calls.fetch_add(1, std::memory_order_relaxed);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return static_cast<double>(calls) * 1'000 / MillisecondsSince(start);
  }

  // The rate of work without a thread: each piece queues the next when it is done.
  double WorkRate(int clients) {
    start_ = SteadyClock::now();
    calls_ = 0;
    left_ = clients;
    ended_ = {};
    for (int client = 0; client < clients; ++client) Queue(client, clients, 0);
    ended_.get_future().wait();
    return static_cast<double>(calls_) * 1'000 / MillisecondsSince(start_);
  }

 private:
  void Queue(int client, int clients, int64_t call) {
    Require(store_->WriteInGroup([this, client, clients, call] { Call(client, clients, call); },
                                 [this, client, clients, call](const absl::Status& status) {
                                   Require(status.ok(), "write");
                                   ++calls_;
                                   if (call % 2 == 0 || MillisecondsSince(start_) < kRoundMs) {
                                     Queue(client, clients, call + 1);
                                   } else if (--left_ == 0) {
                                     ended_.set_value();
                                   }
                                 }),
            "queue work");
  }

  const RegistryRules rules_;
  const std::unique_ptr<store::Store> store_;
  batch::Engine engine_;
  SteadyClock::time_point start_;
  std::atomic<int64_t> calls_ = 0;
  std::atomic<int> left_ = 0;
  std::promise<void> ended_;
};

int Run(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: writes_bench FOLDER [CLIENTS [ROUNDS]]\n");
    return 1;
  }
  const int clients = argc > 2 ? std::atoi(argv[2]) : 64;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  const std::unique_ptr<Registry> registry = SqliteRegistry(argv[1], {.devices = kDevices});
  std::vector<double> bare, threads, work, threads_ratio, work_ratio;
  for (int i = 0; i < rounds; ++i) {
    bare.push_back(BareLoop(registry->FreshCopy("bare")).Rate());
    Served served(registry->FreshCopy("served"));
    threads.push_back(served.ThreadsRate(clients));
    work.push_back(served.WorkRate(clients));
    threads_ratio.push_back(threads.back() / bare.back());
    work_ratio.push_back(work.back() / bare.back());
  }
  fmt::print("single durable claims and unclaims, {} clients, SQLite ({} devices)\n", clients,
             kDevices);
  fmt::print("  limit: bare loop, one commit per call, calls/s  {}\n", Spread(bare));
  fmt::print("  threads that wait, calls/s                      {}\n", Spread(threads));
  fmt::print("  ratio                                           {}   (to reach: 3)\n",
             Spread(threads_ratio));
  fmt::print("  work without threads, calls/s                   {}\n", Spread(work));
  fmt::print("  ratio                                           {}   (to reach: 3)\n",
             Spread(work_ratio));
  return 0;
}

}  // namespace
}  // namespace zerotouch::bench

int main(int argc, char** argv) { return zerotouch::bench::Run(argc, argv); }
