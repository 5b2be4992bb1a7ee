// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/registry.h"
#include "bench/statistics.h"

namespace zerotouch::bench {
namespace {

namespace fs = std::filesystem;

constexpr char kScheme[] = "sqlite://";

class SqliteLoop {
 public:
  SqliteLoop(const std::string& path, PartnerId reseller) : reseller_(reseller) {
    Check(
        sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr));
    // The settings of the server.
    Run("PRAGMA journal_mode = WAL");
    Run("PRAGMA synchronous = FULL");
    Run("PRAGMA cache_size = -8192");
    Run("PRAGMA wal_autocheckpoint = 4000");
    locate_ = Prepare("SELECT device FROM imeis WHERE imei = ?");
    locate_serial_ = Prepare("SELECT device FROM serials WHERE serial = ?");
    read_ = Prepare("SELECT held, reseller FROM claims WHERE device = ?");
    give_up_ = Prepare("UPDATE claims SET held = 0, owner = 0, configuration = 0 WHERE device = ?");
    add_imei_ = Prepare("INSERT INTO imeis (imei, device) VALUES (?, ?)");
    add_claim_ = Prepare(
        "INSERT INTO claims (device, held, reseller, owner, configuration) VALUES (?, 1, ?, ?, 0)");
    record_ = Prepare("INSERT INTO results (results) VALUES (?)");
    begin_ = Prepare("BEGIN IMMEDIATE");
    commit_ = Prepare("COMMIT");
  }
  ~SqliteLoop() {
    for (sqlite3_stmt* statement : {locate_, locate_serial_, read_, give_up_, add_imei_, add_claim_,
                                    record_, begin_, commit_}) {
      sqlite3_finalize(statement);
    }
    sqlite3_close(db_);
  }
  SqliteLoop(const SqliteLoop&) = delete;
  SqliteLoop& operator=(const SqliteLoop&) = delete;

  void Unclaim(LeanTargets targets) {
    std::vector<int64_t> devices = Locate(std::move(targets));
    std::sort(devices.begin(), devices.end());
    for (size_t at = 0; at < devices.size(); at += kLoopChunk) {
      RunChunk(devices, at, std::min(at + kLoopChunk, devices.size()));
    }
  }

  // Looks the IMEIs up, as the server must, and then adds the devices in their order.
  void Claim(std::vector<ModemKey> modems) {
    LeanTargets targets;
    targets.modems = modems;
    if (!Locate(targets).empty()) Check(SQLITE_CONSTRAINT);
    std::sort(modems.begin(), modems.end());
    int64_t device = kFirstNewDevice;
    for (size_t at = 0; at < modems.size(); at += kLoopChunk) {
      Step(begin_);
      const size_t end = std::min(at + kLoopChunk, modems.size());
      for (size_t i = at; i < end; ++i) {
        sqlite3_bind_int64(add_imei_, 1, modems[i]);
        sqlite3_bind_int64(add_imei_, 2, ++device);
        Step(add_imei_);
        sqlite3_bind_int64(add_claim_, 1, device);
        sqlite3_bind_int64(add_claim_, 2, reseller_.value());
        sqlite3_bind_int64(add_claim_, 3, CustomerOf(0, 0).value());
        Step(add_claim_);
      }
      Record(end - at);
      Step(commit_);
    }
  }

  std::vector<int64_t> Locate(LeanTargets targets) {
    std::sort(targets.modems.begin(), targets.modems.end());
    std::sort(targets.serials.begin(), targets.serials.end());
    std::vector<int64_t> devices = std::move(targets.devices);
    devices.reserve(targets.modems.size() + targets.serials.size() + devices.size());
    const auto take = [&](sqlite3_stmt* locate) {
      if (sqlite3_step(locate) == SQLITE_ROW) devices.push_back(sqlite3_column_int64(locate, 0));
      sqlite3_reset(locate);
    };
    Run("BEGIN");  // otherwise each lookup locks and unlocks the file
    for (const ModemKey modem : targets.modems) {
      sqlite3_bind_int64(locate_, 1, modem);
      take(locate_);
    }
    for (const std::string& serial : targets.serials) {
      sqlite3_bind_text(locate_serial_, 1, serial.data(), static_cast<int>(serial.size()),
                        SQLITE_STATIC);
      take(locate_serial_);
    }
    Run("COMMIT");
    return devices;
  }

 private:
  // Above every id of the server until 2089.
  static constexpr int64_t kFirstNewDevice = int64_t{1} << 62;

  void Record(size_t items) {
    const std::string results(items * kResultBytes, 'r');
    sqlite3_bind_blob64(record_, 1, results.data(), results.size(), SQLITE_STATIC);
    Step(record_);
  }

  void RunChunk(const std::vector<int64_t>& devices, size_t begin, size_t end) {
    Step(begin_);
    for (size_t i = begin; i < end; ++i) {
      sqlite3_bind_int64(read_, 1, devices[i]);
      const bool held = sqlite3_step(read_) == SQLITE_ROW && sqlite3_column_int64(read_, 0) == 1 &&
                        sqlite3_column_int64(read_, 1) == reseller_.value();
      sqlite3_reset(read_);
      if (!held) continue;
      sqlite3_bind_int64(give_up_, 1, devices[i]);
      Step(give_up_);
    }
    Record(end - begin);
    Step(commit_);
  }

  void Check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    fmt::print(stderr, "SQLite: {}\n", sqlite3_errmsg(db_));
    std::exit(1);
  }
  void Run(const char* sql) { Check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Check(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr));
    return statement;
  }
  void Step(sqlite3_stmt* statement) {
    Check(sqlite3_step(statement));
    sqlite3_reset(statement);
  }

  const PartnerId reseller_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt *locate_, *locate_serial_, *read_, *give_up_, *add_imei_, *add_claim_, *record_,
      *begin_, *commit_;
};

// Makes the lean registry at `lean` of the registry at `file`.
void MakeLean(const std::string& file, const std::string& lean) {
  sqlite3* db = nullptr;
  const std::string script = fmt::format(
      "ATTACH '{}' AS full; BEGIN;"
      "CREATE TABLE imeis (imei INTEGER PRIMARY KEY, device INTEGER NOT NULL) STRICT;"
      "CREATE TABLE serials (serial TEXT PRIMARY KEY, device INTEGER NOT NULL) "
      "STRICT, WITHOUT ROWID;"
      "CREATE TABLE claims (device INTEGER PRIMARY KEY, held INTEGER NOT NULL, "
      "reseller INTEGER NOT NULL, owner INTEGER NOT NULL, configuration INTEGER NOT NULL) STRICT;"
      "CREATE TABLE results (first INTEGER PRIMARY KEY, results BLOB NOT NULL) STRICT;"
      "INSERT INTO imeis SELECT modem, device FROM full.modem_keys ORDER BY modem;"
      "INSERT INTO serials SELECT serial, device FROM full.serial_keys ORDER BY serial;"
      "INSERT INTO claims SELECT device, held, reseller, owner, configuration "
      "FROM full.claims ORDER BY device;"
      "CREATE INDEX claims_by_owner ON claims (owner, device) WHERE held = 1; COMMIT",
      file);
  if (sqlite3_open(lean.c_str(), &db) != SQLITE_OK ||
      sqlite3_exec(db, script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    fmt::print(stderr, "SQLite: {}\n", sqlite3_errmsg(db));
    std::exit(1);
  }
  sqlite3_close(db);
}

std::string StemOf(const std::string& folder, const Contents& contents) {
  fs::create_directories(folder);
  return fs::absolute(folder) / fmt::format("registry-{}-{}-{}{}", contents.devices,
                                            contents.customers, contents.resellers,
                                            contents.serials ? "-serials" : "");
}

// Removes a database and the files that a store keeps beside it.
void Remove(const std::string& file) {
  for (const char* suffix : {"", "-wal", "-shm", "-lock"}) fs::remove(file + suffix);
}

class InFile final : public Registry {
 public:
  InFile(const std::string& folder, const Contents& contents)
      : Registry(StemOf(folder, contents), contents),
        file_(stem() + ".db"),
        lean_(stem() + "-lean.db") {
    const std::string unfinished = stem() + ".part";
    if (!fs::exists(file_)) {
      Remove(unfinished);
      Fill(kScheme + unfinished);
      fs::rename(unfinished, file_);  // a closed store has everything in this file
      Remove(unfinished);
    }
    if (fs::exists(lean_)) return;
    Remove(unfinished);
    MakeLean(file_, unfinished);
    fs::rename(unfinished, lean_);
  }
  ~InFile() override {
    for (const std::string& copy : copies_) Remove(copy);
  }

  std::string FreshCopy(const std::string& name) override { return CopyOf(file_, name); }
  std::string FreshLeanCopy(const std::string& name) override { return CopyOf(lean_, name); }

  double UnclaimByBareLoop(const std::string& url, PartnerId reseller,
                           const LeanTargets& targets) override {
    SqliteLoop loop(PathOf(url), reseller);
    const SteadyClock::time_point start = SteadyClock::now();
    loop.Unclaim(targets);
    return MillisecondsSince(start);
  }
  double ClaimByBareLoop(const std::string& url, PartnerId reseller,
                         const std::vector<ModemKey>& modems) override {
    SqliteLoop loop(PathOf(url), reseller);
    const SteadyClock::time_point start = SteadyClock::now();
    loop.Claim(modems);
    return MillisecondsSince(start);
  }
  std::vector<int64_t> DeviceIdsOf(const std::vector<ModemKey>& modems) override {
    SqliteLoop loop(PathOf(FreshLeanCopy("ids")), kReseller);
    std::vector<int64_t> ids;
    for (const ModemKey modem : modems) {
      LeanTargets target;
      target.modems.push_back(modem);
      ids.push_back(loop.Locate(target).at(0));
    }
    return ids;
  }

  std::string loop() const override { return "lean SQLite loop"; }

 private:
  static std::string PathOf(const std::string& url) {
    return url.substr(std::string_view(kScheme).size());
  }
  std::string CopyOf(const std::string& file, const std::string& name) {
    const std::string copy = fs::path(file).parent_path() / (name + ".db");
    Remove(copy);
    copies_.push_back(copy);
    fs::copy_file(file, copy);
    const int fd = open(copy.c_str(), O_RDONLY);
    fsync(fd);
    close(fd);
    return kScheme + copy;
  }

  const std::string file_;
  const std::string lean_;
  std::vector<std::string> copies_;
};

}  // namespace

std::unique_ptr<Registry> SqliteRegistry(const std::string& folder, const Contents& contents) {
  return std::make_unique<InFile>(folder, contents);
}

}  // namespace zerotouch::bench
