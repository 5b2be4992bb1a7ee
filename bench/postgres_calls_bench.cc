// SPDX-License-Identifier: Apache-2.0
// Measures small calls over HTTP on PostgreSQL: devices.get beside a bare libpq program
// that reads the same rows in a transaction, and single claims and unclaims beside pgbench with the
// statement that they make durable.
//
//   postgres_calls_bench FOLDER

#include <fmt/format.h>
#include <libpq-fe.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/load.h"
#include "bench/registry.h"
#include "bench/statistics.h"
#include "store/postgres/query.h"
#include "support/server_process.h"
#include "support/temp_dir.h"

namespace zerotouch::bench {
namespace {

using store::postgres::Query;

constexpr int64_t kDevices = 10'000;
constexpr int kConnections = 64;
constexpr int kRounds = 3;
constexpr double kRoundMs = 1'500;
// The sessions with which the server reads (src/store/postgres/store.cc).
constexpr int kSessions = 12;

struct PgFree {
  void operator()(PGconn* db) const { PQfinish(db); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, PgFree>;

// A session of a bare libpq program. Failures end the program.
class Session {
 public:
  explicit Session(const std::string& url) : db_(PQconnectdb(url.c_str())) {
    if (PQstatus(db_.get()) != CONNECTION_OK) Fail();
    Run("SET plan_cache_mode = force_generic_plan");
    Run("SET jit = off");
  }

  Result Run(const std::string& sql) {
    Result result(PQexec(db_.get(), sql.c_str()));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Fail();
    return result;
  }
  void Prepare(const char* name, const Query& query) {
    std::vector<Oid> types;
    for (size_t i = 0; i < query.size(); ++i) types.push_back(query.type(i));
    const Result result(
        PQprepare(db_.get(), name, query.sql(), static_cast<int>(query.size()), types.data()));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) Fail();
  }
  void EnterPipeline() { PQenterPipelineMode(db_.get()); }
  void Send(const char* name, const Query& query) {
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (size_t i = 0; i < query.size(); ++i) {
      values.push_back(query.value(i));
      lengths.push_back(query.length(i));
    }
    const std::vector<int> binary(query.size(), 1);
    if (PQsendQueryPrepared(db_.get(), name, static_cast<int>(query.size()), values.data(),
                            lengths.data(), binary.data(), /*resultFormat=*/1) != 1) {
      Fail();
    }
  }
  // Waits for the answers to what was sent. Returns how many rows they have.
  int Sync() {
    PQpipelineSync(db_.get());
    int rows = 0;
    while (true) {
      const Result result(PQgetResult(db_.get()));
      if (result == nullptr) continue;  // between two answers
      const ExecStatusType status = PQresultStatus(result.get());
      if (status == PGRES_PIPELINE_SYNC) return rows;
      if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Fail();
      rows += PQntuples(result.get());
    }
  }

 private:
  [[noreturn]] void Fail() {
    fmt::print(stderr, "libpq: {}\n", PQerrorMessage(db_.get()));
    std::exit(1);
  }

  const std::unique_ptr<PGconn, PgFree> db_;
};

std::vector<int64_t> DevicesOf(const std::string& url) {
  const Result rows = Session(url).Run("SELECT DISTINCT device FROM statements ORDER BY device");
  std::vector<int64_t> ids;
  for (int i = 0; i < PQntuples(rows.get()); ++i) {
    ids.push_back(std::atoll(PQgetvalue(rows.get(), i, 0)));
  }
  return ids;
}

// Reads devices and the version of the accounts in a transaction of plain statements, each
// device in one round trip, on the server's number of sessions. (The server reads a device by
// one statement, and the version for several calls at once: AccountsVersion and ReadDevice in
// src/store/postgres.) Returns reads per second.
double BareReads(const std::string& url, const std::vector<int64_t>& devices) {
  const Query version("SELECT value FROM registry_values WHERE name = 'accounts_version'");
  const Query begin("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  const Query end("ROLLBACK");
  const auto claims = [](std::span<const int64_t> one) {
    return Query(
               "SELECT device, section, version, held, reseller, owner, configuration, "
               "simlock_profile, workspace, vacation_starts_us, vacation_expires_us "
               "FROM claims WHERE device = ANY($1)")
        .Ints(one);
  };
  const auto record = [](std::span<const int64_t> one) {
    return Query(
               "SELECT device, reseller, version, identifier, metadata FROM statements "
               "WHERE device = ANY($1)")
        .Ints(one);
  };
  std::atomic<int64_t> calls = 0;
  const SteadyClock::time_point start = SteadyClock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < kSessions; ++i) {
    threads.emplace_back([&, i] {
      Session session(url);
      const int64_t some[] = {devices[0]};
      session.Prepare("version", version);
      session.Prepare("begin", begin);
      session.Prepare("claims", claims(some));
      session.Prepare("record", record(some));
      session.Prepare("end", end);
      session.EnterPipeline();
      for (size_t at = static_cast<size_t>(i); MillisecondsSince(start) < kRoundMs;
           at += kSessions) {
        const int64_t one[] = {devices[at % devices.size()]};
        session.Send("begin", begin);
        session.Send("claims", claims(one));
        session.Send("record", record(one));
        session.Send("end", end);
        session.Send("version", version);
        if (session.Sync() != 3) {
          fmt::print(stderr, "a device is missing\n");
          std::exit(1);
        }
        ++calls;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(calls) * 1'000 / MillisecondsSince(start);
}

// Returns pgbench's transactions per second for a script.
double PgbenchRate(const std::string& url, const std::string& script) {
  const test::TempDir dir;
  std::ofstream(dir / "script") << script;
  const std::string command = fmt::format("pgbench -n -M prepared -c {} -j 2 -T 2 -f {} '{}' 2>&1",
                                          kConnections, dir / "script", url);
  FILE* const out = popen(command.c_str(), "r");
  std::string text;
  char piece[4'096];
  for (size_t got; (got = fread(piece, 1, sizeof piece, out)) > 0;) text.append(piece, got);
  const size_t at = text.find("tps = ");
  if (pclose(out) != 0 || at == std::string::npos) {
    fmt::print(stderr, "pgbench: {}\n", text);
    std::exit(1);
  }
  return std::atof(text.c_str() + at + 6);
}

// The statement that makes an unclaim or a claim durable, for a random device.
constexpr char kStatement[] =
    "UPDATE claims SET version = version + 1, held = NOT held, "
    "owner = CASE WHEN held THEN NULL ELSE 800000000 END "
    "WHERE device = (SELECT device FROM floor_devices WHERE i = :i) AND section = 2;\n";

class Calls {
 public:
  Calls(const Registry& registry, const std::string& url)
      : server_({"serve", "--log-level", "error", "--listen", "127.0.0.1:0", "--quota-per-100s",
                 "0", "--database", url}),
        endpoint_(test::ParseSandbox(server_.ready_line()).endpoint),
        token_(test::ApiCaller(endpoint_, registry.KeyOf(kReseller)).token()) {}

  uint16_t port() const {
    return static_cast<uint16_t>(std::atoi(endpoint_.substr(endpoint_.rfind(':') + 1).c_str()));
  }
  std::string Get(int64_t device) const { return Request("GET", fmt::format("/{}", device), ""); }
  // All devices are unclaimed, and then claimed, in turn.
  std::string Change(int64_t call) const {
    const std::string device =
        fmt::format(R"("sectionType":"SECTION_TYPE_ZERO_TOUCH","deviceIdentifier":{{"imei":"{}"}})",
                    ImeiOf(call % kDevices));
    if (call / kDevices % 2 == 0) return Request("POST", ":unclaim", "{" + device + "}");
    return Request("POST", ":claim", "{\"customerId\":\"800000000\"," + device + "}");
  }

 private:
  std::string Request(const std::string& method, const std::string& rest,
                      const std::string& body) const {
    return fmt::format(
        "{} /v1/partners/{}/devices{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n"
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        method, kReseller.value(), rest, token_, body.size(), body);
  }

  const test::ServerProcess server_;
  const std::string endpoint_;
  const std::string token_;
};

int Run(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: postgres_calls_bench FOLDER\n");
    return 1;
  }
  const std::unique_ptr<Registry> registry = PostgresRegistry(argv[1], {.devices = kDevices});
  const std::string url = registry->FreshCopy("calls");
  const std::string limit_url = registry->FreshCopy("floor");
  Session(limit_url).Run(
      "CREATE TABLE floor_devices AS SELECT row_number() OVER () AS i, device FROM statements;"
      "CREATE UNIQUE INDEX ON floor_devices (i); ANALYZE floor_devices");
  const std::vector<int64_t> devices = DevicesOf(url);
  const Calls calls(*registry, url);
  fmt::print("HTTP/1.1 on PostgreSQL, {} connections, {} devices\n", kConnections, kDevices);

  std::vector<Load> reads, writes;
  std::vector<double> bare, statements;
  int64_t next = 0;
  int64_t change = 0;
  const std::string script = fmt::format("\\set i random(1, {})\n{}", kDevices, kStatement);
  for (int round = 0; round < kRounds; ++round) {
    bare.push_back(BareReads(limit_url, devices));
    reads.push_back(RunLoad(Http1, calls.port(), kConnections, [&] {
      return calls.Get(devices[static_cast<size_t>(next++) % devices.size()]);
    }));
    statements.push_back(PgbenchRate(limit_url, script));
    writes.push_back(
        RunLoad(Http1, calls.port(), kConnections, [&] { return calls.Change(change++); }));
  }
  PrintRatio("devices.get, ÷ bare libpq", reads, bare, 0.5);
  PrintRatio("claim and unclaim, ÷ pgbench", writes, statements, 0.67);
  return 0;
}

}  // namespace
}  // namespace zerotouch::bench

int main(int argc, char** argv) { return zerotouch::bench::Run(argc, argv); }
