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
    Run("PRAGMA cache_size = -32768");
    Run("PRAGMA wal_autocheckpoint = 4000");
    Run("CREATE TABLE floor_results (first INTEGER PRIMARY KEY, results BLOB NOT NULL)");
    locate_ = Prepare("SELECT device FROM modem_keys WHERE modem = ?");
    read_ = Prepare("SELECT held, reseller FROM claims WHERE device = ? AND section = 2");
    give_up_ = Prepare(
        "UPDATE claims SET held = 0, owner = 0, configuration = 0 WHERE device = ? AND section = "
        "2");
    record_ = Prepare("INSERT INTO floor_results (first, results) VALUES (?, ?)");
    begin_ = Prepare("BEGIN IMMEDIATE");
    commit_ = Prepare("COMMIT");
  }
  ~SqliteLoop() {
    for (sqlite3_stmt* statement : {locate_, read_, give_up_, record_, begin_, commit_}) {
      sqlite3_finalize(statement);
    }
    sqlite3_close(db_);
  }
  SqliteLoop(const SqliteLoop&) = delete;
  SqliteLoop& operator=(const SqliteLoop&) = delete;

  void Unclaim(std::vector<ModemKey> modems) {
    std::sort(modems.begin(), modems.end());
    std::vector<int64_t> devices;
    devices.reserve(modems.size());
    Run("BEGIN");  // otherwise each lookup locks and unlocks the file
    for (const ModemKey modem : modems) {
      sqlite3_bind_int64(locate_, 1, modem);
      if (sqlite3_step(locate_) == SQLITE_ROW) devices.push_back(sqlite3_column_int64(locate_, 0));
      sqlite3_reset(locate_);
    }
    Run("COMMIT");
    std::sort(devices.begin(), devices.end());
    for (size_t at = 0; at < devices.size(); at += kLoopChunk) {
      RunChunk(devices, at, std::min(at + kLoopChunk, devices.size()));
    }
  }

 private:
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
    const std::string results((end - begin) * kResultBytes, 'r');
    sqlite3_bind_int64(record_, 1, static_cast<int64_t>(begin));
    sqlite3_bind_blob64(record_, 2, results.data(), results.size(), SQLITE_STATIC);
    Step(record_);
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
  sqlite3_stmt *locate_, *read_, *give_up_, *record_, *begin_, *commit_;
};

std::string StemOf(const std::string& folder, const Contents& contents) {
  fs::create_directories(folder);
  return fs::absolute(folder) /
         fmt::format("registry-{}-{}-{}", contents.devices, contents.customers, contents.resellers);
}

// Removes a database and the files that a store keeps beside it.
void Remove(const std::string& file) {
  for (const char* suffix : {"", "-wal", "-shm", "-lock"}) fs::remove(file + suffix);
}

class InFile final : public Registry {
 public:
  InFile(const std::string& folder, const Contents& contents)
      : Registry(StemOf(folder, contents), contents), file_(stem() + ".db") {
    const std::string unfinished = stem() + ".part";
    Remove(unfinished);
    if (fs::exists(file_)) return;
    Fill(kScheme + unfinished);
    fs::rename(unfinished, file_);  // a closed store has everything in this file
    Remove(unfinished);
  }
  ~InFile() override {
    for (const std::string& copy : copies_) Remove(copy);
  }

  std::string FreshCopy(const std::string& name) override {
    const std::string copy = fs::path(file_).parent_path() / (name + ".db");
    Remove(copy);
    copies_.push_back(copy);
    fs::copy_file(file_, copy);
    const int fd = open(copy.c_str(), O_RDONLY);
    fsync(fd);
    close(fd);
    return kScheme + copy;
  }

  double UnclaimByBareLoop(const std::string& url, PartnerId reseller,
                           const std::vector<ModemKey>& modems) override {
    SqliteLoop loop(url.substr(std::string_view(kScheme).size()), reseller);
    const SteadyClock::time_point start = SteadyClock::now();
    loop.Unclaim(modems);
    return MillisecondsSince(start);
  }

  std::string loop() const override { return "bare SQLite loop"; }

 private:
  const std::string file_;
  std::vector<std::string> copies_;
};

}  // namespace

std::unique_ptr<Registry> SqliteRegistry(const std::string& folder, const Contents& contents) {
  return std::make_unique<InFile>(folder, contents);
}

}  // namespace zerotouch::bench
