// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "bench/registry.h"
#include "bench/statistics.h"
#include "store/postgres/query.h"
#include "support/postgres_cluster.h"

namespace zerotouch::bench {
namespace {

using store::postgres::Query;

constexpr size_t kKeysAtOnce = 10'000;

// A bare libpq program on the lean schema: statements for arrays of devices, prepared, with
// binary arrays and the server's settings, one after the other.
class PostgresLoop {
 public:
  PostgresLoop(const std::string& url, PartnerId reseller)
      : reseller_(reseller), db_(PQconnectdb(url.c_str())) {
    if (PQstatus(db_) != CONNECTION_OK) Fail();
    Run("SET plan_cache_mode = force_generic_plan");
    Run("SET jit = off");
    Execute(Query("INSERT INTO floor_operations VALUES ($1, 0) ON CONFLICT DO NOTHING")
                .Int(reseller.value()));
    PGresult* rows =
        Execute(Query("SELECT done FROM floor_operations WHERE id = $1").Int(reseller.value()));
    done_ = IntAt(rows, 0, 0);
    PQclear(rows);
  }
  ~PostgresLoop() { PQfinish(db_); }
  PostgresLoop(const PostgresLoop&) = delete;
  PostgresLoop& operator=(const PostgresLoop&) = delete;

  void Unclaim(std::vector<ModemKey> modems) {
    std::sort(modems.begin(), modems.end());
    std::vector<int64_t> devices;
    devices.reserve(modems.size());
    for (size_t at = 0; at < modems.size(); at += kKeysAtOnce) {
      const std::span<const int64_t> keys =
          std::span(modems).subspan(at, std::min(kKeysAtOnce, modems.size() - at));
      PGresult* rows = Execute(Query("SELECT device FROM imeis WHERE imei = ANY($1)").Ints(keys));
      for (int i = 0; i < PQntuples(rows); ++i) devices.push_back(IntAt(rows, i, 0));
      PQclear(rows);
    }
    std::sort(devices.begin(), devices.end());
    for (size_t at = 0; at < devices.size(); at += kLoopChunk) {
      RunChunk(std::span(devices).subspan(at, std::min(kLoopChunk, devices.size() - at)));
    }
  }

 private:
  void RunChunk(std::span<const int64_t> devices) {
    Run("BEGIN");
    PGresult* rows = Execute(
        Query("SELECT device, held, reseller FROM claims WHERE device = ANY($1)").Ints(devices));
    std::vector<int64_t> held;
    for (int i = 0; i < PQntuples(rows); ++i) {
      if (*PQgetvalue(rows, i, 1) == 1 && IntAt(rows, i, 2) == reseller_.value()) {
        held.push_back(IntAt(rows, i, 0));
      }
    }
    PQclear(rows);
    std::sort(held.begin(), held.end());
    PQclear(Execute(Query("UPDATE claims SET held = false, owner = NULL, configuration = NULL "
                          "WHERE device = ANY($1) AND held AND reseller = $2")
                        .Ints(held)
                        .Int(reseller_.value())));
    PQclear(Execute(Query("INSERT INTO floor_results VALUES ($1, $2, $3)")
                        .Int(reseller_.value())
                        .Int(done_)
                        .Bytes(std::string(devices.size() * kResultBytes, 'r'))));
    done_ += static_cast<int64_t>(devices.size());
    PQclear(Execute(Query("UPDATE floor_operations SET done = $2 WHERE id = $1")
                        .Int(reseller_.value())
                        .Int(done_)));
    Run("COMMIT");
  }

  static int64_t IntAt(PGresult* rows, int row, int column) {
    const char* bytes = PQgetvalue(rows, row, column);
    int64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
    return value;
  }

  [[noreturn]] void Fail() {
    fmt::print(stderr, "libpq: {}\n", PQerrorMessage(db_));
    std::exit(1);
  }
  void Run(const char* sql) {
    PGresult* result = PQexec(db_, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) Fail();
    PQclear(result);
  }
  PGresult* Execute(const Query& query) {
    // Each is prepared once, because its text is constant.
    const std::string name = fmt::format("{}", static_cast<const void*>(query.sql()));
    std::vector<Oid> types;
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (size_t i = 0; i < query.size(); ++i) {
      types.push_back(query.type(i));
      values.push_back(query.value(i));
      lengths.push_back(query.length(i));
    }
    const auto count = static_cast<int>(query.size());
    if (std::find(prepared_.begin(), prepared_.end(), query.sql()) == prepared_.end()) {
      PQclear(PQprepare(db_, name.c_str(), query.sql(), count, types.data()));
      prepared_.push_back(query.sql());
    }
    const std::vector<int> binary(query.size(), 1);
    PGresult* result = PQexecPrepared(db_, name.c_str(), count, values.data(), lengths.data(),
                                      binary.data(), /*resultFormat=*/1);
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Fail();
    return result;
  }

  const PartnerId reseller_;
  PGconn* db_;
  int64_t done_ = 0;  // of all batches of the reseller in this copy
  std::vector<const char*> prepared_;
};

class InCluster final : public Registry {
 public:
  InCluster(const std::string& folder, const Contents& contents)
      : Registry(folder + "/postgres", contents),
        // As an operator would configure it on this machine.
        cluster_({.fsync = true,
                  .settings = {"shared_buffers = 1GB", "max_wal_size = 4GB",
                               "checkpoint_timeout = 30min", "autovacuum = off"}}) {
    std::filesystem::create_directories(folder);
    const std::string url = cluster_.CreateDatabase();
    Fill(url);
    original_ = test::PostgresCluster::DatabaseOf(url);
    cluster_.Run("VACUUM (FREEZE, ANALYZE)", original_);
    MakeLean();
  }

  std::string FreshCopy(const std::string& name) override {
    return CopyOf(original_, name, {"modem_keys", "claims"});
  }
  std::string FreshLeanCopy(const std::string& name) override {
    return CopyOf(kLean, name, {"imeis", "claims"});
  }

  double UnclaimByBareLoop(const std::string& url, PartnerId reseller,
                           const LeanTargets& targets) override {
    PostgresLoop loop(url, reseller);
    const SteadyClock::time_point start = SteadyClock::now();
    loop.Unclaim(targets.modems);
    return MillisecondsSince(start);
  }
  double ClaimByBareLoop(const std::string&, PartnerId, const std::vector<ModemKey>&) override {
    std::abort();  // not measured
  }
  std::vector<int64_t> DeviceIdsOf(const std::vector<ModemKey>&) override { std::abort(); }

  std::string loop() const override { return "lean libpq program"; }

 private:
  static constexpr char kLean[] = "lean";

  void MakeLean() {
    cluster_.Run(fmt::format("CREATE DATABASE {} TEMPLATE {} OWNER zerotouch", kLean, original_));
    cluster_.Run(
        "SET ROLE zerotouch;"
        "CREATE TABLE imeis (imei bigint PRIMARY KEY, device bigint NOT NULL);"
        "INSERT INTO imeis SELECT modem, device FROM modem_keys ORDER BY modem;"
        "ALTER TABLE claims RENAME TO full_claims;"
        "DROP INDEX claims_by_owner;"
        "CREATE TABLE claims (device bigint PRIMARY KEY, reseller bigint NOT NULL, owner bigint, "
        "configuration bigint, held boolean NOT NULL) WITH (fillfactor = 80);"
        "INSERT INTO claims SELECT device, reseller, owner, configuration, held "
        "FROM full_claims ORDER BY device;"
        "CREATE INDEX claims_by_owner ON claims (owner, device) WHERE held;"
        "DROP TABLE full_claims, modem_keys, serial_keys, statements;"
        "CREATE TABLE floor_operations (id bigint PRIMARY KEY, done bigint NOT NULL);"
        "CREATE TABLE floor_results (operation bigint, first bigint, results bytea NOT NULL, "
        "PRIMARY KEY (operation, first));"
        "ALTER TABLE floor_results ALTER COLUMN results SET STORAGE EXTERNAL",
        kLean);
    cluster_.Run("VACUUM (FREEZE, ANALYZE)", kLean);
  }

  std::string CopyOf(const std::string& original, const std::string& name,
                     const std::vector<std::string>& tables) {
    cluster_.Run(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", name));
    cluster_.Run(fmt::format("CREATE DATABASE {} TEMPLATE {} OWNER zerotouch STRATEGY FILE_COPY",
                             name, original));
    // Loads the registry into the cache, and writes what other runs left.
    for (const std::string& table : tables) {
      cluster_.Run(fmt::format("SELECT count(*) FROM {}", table), name);
    }
    cluster_.Run("CHECKPOINT");
    return cluster_.UrlOf(name);
  }

  test::PostgresCluster cluster_;
  std::string original_;
};

}  // namespace

std::unique_ptr<Registry> PostgresRegistry(const std::string& folder, const Contents& contents) {
  return std::make_unique<InCluster>(folder, contents);
}

}  // namespace zerotouch::bench
