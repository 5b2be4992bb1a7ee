// SPDX-License-Identifier: Apache-2.0
// Export, import and backup of SQLite registries.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/status_text.h"
#include "store/sqlite/database.h"
#include "store/store.h"
#include "store/transfer.h"
#include "support/archive_rows.h"
#include "support/temp_dir.h"

namespace zerotouch::store {
namespace {

using test::KeptRow;
using test::KeptRows;
using testing::HasSubstr;

class TransferSqliteTest : public testing::Test {
 protected:
  // Makes a registry with this many partners.
  std::unique_ptr<Store> Make(const std::string& name, int partners) {
    auto store = Open("sqlite://" + dir_ / name, Clock::System()).value();
    AddPartners(*store, 1, partners);
    return store;
  }
  static void AddPartners(Store& store, int64_t first, int64_t last) {
    const absl::Status status = store.Write([&](Transaction& tx) {
      absl::Status added;
      for (int64_t id = first; id <= last; ++id) {
        added.Update(tx.AddPartner(
            {.id = PartnerId(id), .name = std::string(3'000, 'n'), .created = absl::UnixEpoch()}));
      }
      return added;
    });
    ASSERT_TRUE(status.ok()) << status;
  }
  size_t PartnersIn(const std::string& name) {
    auto store = Open("sqlite://" + dir_ / name, Clock::System(), Role::kAdmin);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? (*store)->Read().value()->ListPartners().value().size() : 0;
  }
  absl::Status BackUp(
      const std::string& from, const std::string& to,
      const BackupProgress& progress = [](int64_t, int64_t) { return absl::OkStatus(); }) {
    return Backup("sqlite://" + dir_ / from, dir_ / to, progress);
  }
  bool Exists(const std::string& name) const { return std::filesystem::exists(dir_ / name); }
  static void ExpectError(const absl::Status& status, const char* says) {
    const std::string message(MessageOf(status));
    EXPECT_THAT(message, HasSubstr(says));
    EXPECT_EQ(message.find('\n'), std::string::npos) << "one line: " << message;
  }

  const test::TempDir dir_;
};

// Fails if a table or a column is added and not added to archives.
TEST_F(TransferSqliteTest, ArchivesHaveEveryColumn_ButLeasesAndBuckets) {
  Make("registry.db", 0).reset();
  const auto db = sqlite::Database::Open(dir_ / "registry.db", sqlite::Access::kRead).value();
  std::set<std::string> stored;
  sqlite::Cursor row = db->Use(
      "SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c "
      "WHERE t.type = 'table'");
  while (row.Row()) stored.insert(std::string(row.TextAt(0)));
  std::set<std::string> archived = {
      "operations.lease_token", "operations.lease_until_us", "operations.trace_id",
      "registry_values.name", "registry_values.value", "quota_buckets.email",
      "quota_buckets.millionths", "quota_buckets.filled_us", "key_uses.email", "key_uses.key_id",
      "key_uses.used_us", "assertion_uses.email", "assertion_uses.digest",
      "assertion_uses.expires_us", "webhook_deliveries.lease_token",
      "webhook_deliveries.lease_until_us", "portal_sessions.id", "portal_sessions.email",
      "portal_sessions.name", "portal_sessions.group_names", "portal_sessions.is_account",
      "portal_sessions.created_us", "portal_sessions.used_us", "portal_sessions.expires_us",
      // Archived as claims that are not held.
      "given_up.device", "given_up.section", "given_up.entry", "given_up.restored"};
  for (const archive::Table& table : archive::Tables()) {
    if (table.is_retired()) continue;
    for (const archive::Column& column : table.columns) {
      archived.insert(fmt::format("{}.{}", table.name, column.name));
    }
  }
  EXPECT_EQ(stored, archived);
}

TEST_F(TransferSqliteTest, MissingRegistry_IsNotMadeToBeCopied) {
  test::RowKeeper keeper;
  ExpectError(Export("sqlite://" + dir_ / "none.db", keeper), "there is no registry at");
  ExpectError(BackUp("none.db", "copy.db"), "there is no registry at");
  EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
}

TEST_F(TransferSqliteTest, OtherVersionsAndFiles_AreNotExported) {
  Make("newer.db", 1).reset();
  Make("older.db", 1).reset();
  const auto set_version = [&](const char* name, const char* sql) {
    const auto db = sqlite::Database::Open(dir_ / name, sqlite::Access::kWrite).value();
    ASSERT_TRUE(db->Run(sql).ok());
  };
  set_version("newer.db", "PRAGMA user_version = 99");
  set_version("older.db", "PRAGMA user_version = 1");
  std::ofstream(dir_ / "text.db") << std::string(9'000, 'x');
  for (const auto& [name, says] :
       std::map<const char*, const char*>{{"newer.db", "newer zerotouchd"},
                                          {"older.db", "older"},
                                          {"text.db", "not a registry"}}) {
    test::RowKeeper keeper;
    ExpectError(Export("sqlite://" + dir_ / name, keeper), says);
    EXPECT_TRUE(keeper.rows.empty());
  }
  ExpectError(BackUp("newer.db", "copy.db"), "newer zerotouchd");
  ExpectError(BackUp("text.db", "copy.db"), "not a registry");
  KeptRows none({});
  ExpectError(Import("sqlite://" + dir_ / "newer.db", none), "newer zerotouchd");
  ExpectError(Import("sqlite://" + dir_ / "text.db", none), "not a registry");
}

TEST_F(TransferSqliteTest, ImportIntoAServersRegistry_IsRefused) {
  const auto server = Make("registry.db", 0);
  KeptRows none({});
  ExpectError(Import("sqlite://" + dir_ / "registry.db", none), "in use by another zerotouchd");
}

TEST_F(TransferSqliteTest, ImportIntoAFolderThatIsNotThere_SaysWhatToDo) {
  KeptRows none({});
  ExpectError(Import("sqlite://" + dir_ / "none/registry.db", none), "folder that exists");
}

// An import writes pages to the file before the commit, so a crash leaves some.
TEST_F(TransferSqliteTest, LargeImportThatFails_LeavesAnEmptyRegistry) {
  std::vector<KeptRow> rows;
  for (int64_t i = 1; i <= 40'000; ++i) {
    rows.push_back(
        {.table = "partners", .values = {i, std::string(3'000, 'n'), int64_t{0}, int64_t{0}}});
  }
  KeptRows source(rows, absl::DataLossError("cut off"));
  EXPECT_EQ(Import("sqlite://" + dir_ / "registry.db", source), absl::DataLossError("cut off"));
  EXPECT_LT(std::filesystem::file_size(dir_ / "registry.db"), size_t{1} << 20);
  EXPECT_EQ(PartnersIn("registry.db"), 0u);
}

TEST_F(TransferSqliteTest, FilesOfAnImport_AreTheOwnersAlone_AndOne) {
  const mode_t before = umask(0077);
  KeptRows none({});
  ASSERT_TRUE(Import("sqlite://" + dir_ / "registry.db", none).ok());
  umask(before);
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
    names.insert(entry.path().filename());
  }
  EXPECT_EQ(names, (std::set<std::string>{"registry.db", "registry.db-lock"}));
  struct stat info = {};
  ASSERT_EQ(stat((dir_ / "registry.db").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(TransferSqliteTest, Backup_IsARegistryOfItsOwn) {
  const auto server = Make("registry.db", 50);
  int64_t last_done = 0, last_total = -1;
  ASSERT_TRUE(BackUp("registry.db", "copy.db", [&](int64_t done, int64_t total) {
                last_done = done;
                last_total = total;
                return absl::OkStatus();
              }).ok());
  EXPECT_EQ(last_done, last_total);
  for (const char* left : {"copy.db-wal", "copy.db-shm", "copy.db-journal"}) {
    EXPECT_FALSE(Exists(left)) << left;
  }
  EXPECT_EQ(PartnersIn("copy.db"), 50u) << "what the log alone holds is in it too";
}

// The server writes more with every step of the copy.
TEST_F(TransferSqliteTest, BackupBesideAWriter_IsOfOneInstant) {
  const auto server = Make("registry.db", 3'000);
  int64_t next = 3'000;
  ASSERT_TRUE(BackUp("registry.db", "copy.db", [&](int64_t, int64_t) {
                ++next;
                AddPartners(*server, next, next);
                return absl::OkStatus();
              }).ok());
  EXPECT_GT(next, 3'001) << "the copy was made in more than one step";
  EXPECT_EQ(PartnersIn("copy.db"), 3'000u);
}

TEST_F(TransferSqliteTest, BackupThatIsStopped_SaysSo) {
  Make("registry.db", 1).reset();
  absl::Status stopped = absl::CancelledError("stopped");
  EXPECT_EQ(BackUp("registry.db", "copy.db", [&](int64_t, int64_t) { return stopped; }), stopped);
}

TEST_F(TransferSqliteTest, DamagedRegistry_IsFoundByItsBackup) {
  Make("registry.db", 500).reset();
  std::filesystem::remove(dir_ / "registry.db-wal");  // a second copy of the pages
  std::filesystem::remove(dir_ / "registry.db-shm");
  {
    std::fstream file(dir_ / "registry.db", std::ios::in | std::ios::out | std::ios::binary);
    for (int page = 40; page < 400; page += 40) {
      file.seekp(page * 4096);
      file << std::string(200, '\xaa');
    }
  }
  ExpectError(BackUp("registry.db", "copy.db"), "is damaged");
}

TEST(BackupTest, RegistryInPostgres_IsForItsOwnTools) {
  const absl::Status status = Backup("postgresql://user:secret@host/db", "copy",
                                     [](int64_t, int64_t) { return absl::OkStatus(); });
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("pg_dump"));
  EXPECT_THAT(std::string(MessageOf(status)), testing::Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace zerotouch::store
