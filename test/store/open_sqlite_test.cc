// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>

#include "store/sqlite/schema.h"
#include "store/store.h"
#include "support/temp_dir.h"

namespace zerotouch::store {
namespace {

using testing::HasSubstr;

std::string ErrorOfOpening(const std::string& url) {
  const auto opened = Open(url, Clock::System());
  if (opened.ok()) return "opened";
  std::string message(opened.status().message());
  EXPECT_EQ(message.find('\n'), std::string::npos) << "one line: " << message;
  return message;
}

void RunSql(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

TEST(OpenSqlite, MissingFolder_SaysWhatToDo) {
  const test::TempDir dir;
  EXPECT_THAT(ErrorOfOpening("sqlite://" + dir / "none/registry.db"),
              HasSubstr("use a path in a folder that exists"));
}

TEST(OpenSqlite, PathBelowAFile_SaysWhatToDo) {
  const test::TempDir dir;
  std::ofstream(dir / "file") << "x";
  EXPECT_THAT(ErrorOfOpening("sqlite://" + dir / "file/registry.db"), HasSubstr("Not a directory"));
}

TEST(OpenSqlite, FileOfANewerVersion_IsLeftAlone) {
  const test::TempDir dir;
  const std::string path = dir / "registry.db";
  ASSERT_TRUE(Open("sqlite://" + path, Clock::System()).ok());
  RunSql(path, "PRAGMA user_version = 99");
  EXPECT_THAT(ErrorOfOpening("sqlite://" + path), HasSubstr("newer zerotouchd"));
}

TEST(OpenSqlite, FileOfTheFirstVersion_IsBroughtUpToDate_WithAllThatIsInIt) {
  const test::TempDir dir;
  const std::string path = dir / "registry.db";
  RunSql(path, sqlite::Migrations()[0]);
  RunSql(path,
         "PRAGMA application_id = 1515475527; PRAGMA user_version = 1;"
         "INSERT INTO meta VALUES ('secret', x'0102');"
         "INSERT INTO partners VALUES (1, 'Reseller', 0, 0);"
         "INSERT INTO customers VALUES (11, 'Customer', '', '', '', 2, 5, 0);"
         "INSERT INTO partner_customers VALUES (1, 0, 11);"
         "INSERT INTO configurations VALUES (5, 11);"
         "INSERT INTO devices VALUES (7, x'', x'');"
         "INSERT INTO claims VALUES (7, 2, 1, 1, 11, 5, 0, '', NULL, NULL);"
         "INSERT INTO operations VALUES (1, 99, 1, 2, 1, 1, 1, 0, 1, 2, 1, 0);");
  const auto store = Open("sqlite://" + path, Clock::System());
  ASSERT_TRUE(store.ok()) << store.status();
  const auto snapshot = (*store)->Read().value();
  EXPECT_EQ(snapshot->ServerSecret().value(), "\x01\x02");
  EXPECT_TRUE(snapshot->FindConfiguration(CustomerId(11), ConfigurationId(5)).value()->is_default);
  EXPECT_EQ(snapshot->ListDevicesOfCustomer(CustomerId(11), {}, 10)->rows.size(), 1u);
  const auto operations = snapshot->ListOperations(PartnerId(1), true, 0, 10);
  ASSERT_EQ(operations->rows.size(), 1u);
  EXPECT_FALSE(operations->rows[0].cancelled);
  const int64_t version = snapshot->AccountsVersion().value();
  ASSERT_TRUE(
      (*store)
          ->Write([](Transaction& tx) { return tx.SetTerms(CustomerId(11), Terms::kNotAccepted); })
          .ok());
  EXPECT_NE((*store)->Read().value()->AccountsVersion().value(), version);
}

TEST(OpenSqlite, TextFile_IsLeftAlone) {
  const test::TempDir dir;
  const std::string path = dir / "notes.txt";
  const std::string text(10'000, 'x');
  std::ofstream(path) << text;
  EXPECT_THAT(ErrorOfOpening("sqlite://" + path), HasSubstr("is not a registry"));
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
}

TEST(OpenSqlite, OtherProgramsDatabase_IsLeftAlone) {
  const test::TempDir dir;
  const std::string path = dir / "other.db";
  RunSql(path, "CREATE TABLE theirs (x)");
  EXPECT_THAT(ErrorOfOpening("sqlite://" + path), HasSubstr("another program's database"));
}

TEST(OpenSqlite, UnknownScheme_SaysWhatToWrite_WithoutRepeatingThePassword) {
  const std::string message = ErrorOfOpening("mysql://user:secret@host/db");
  EXPECT_THAT(message, HasSubstr("sqlite:///"));
  EXPECT_THAT(message, testing::Not(HasSubstr("secret")));
}

TEST(OpenSqlite, ClosedStore_HasEverythingInTheFile) {
  const test::TempDir dir;
  const std::string path = dir / "registry.db";
  const Partner partner{.id = PartnerId(1), .name = "Kept", .created = absl::UnixEpoch()};
  {
    const auto store = Open("sqlite://" + path, Clock::System()).value();
    ASSERT_TRUE(store->Write([&](Transaction& tx) { return tx.AddPartner(partner); }).ok());
  }
  std::filesystem::remove(path + "-wal");
  std::filesystem::remove(path + "-shm");
  const auto store = Open("sqlite://" + path, Clock::System()).value();
  const auto found = store->Read().value()->FindPartner(partner.id).value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->name, partner.name);
}

TEST(OpenSqlite, RelativePath_IsTaken) {
  const test::TempDir dir;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(dir.path());
  EXPECT_TRUE(Open("sqlite:registry.db", Clock::System()).ok());
  EXPECT_TRUE(std::filesystem::exists("registry.db"));
  std::filesystem::current_path(before);
}

}  // namespace
}  // namespace zerotouch::store
