// SPDX-License-Identifier: Apache-2.0
// Registries and archives of older programs, in which a device had one record for all
// resellers: the migration decides who stated it.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>

#include "base/log.h"
#include "batch/engine.h"
#include "store/postgres/schema.h"
#include "store/sqlite/schema.h"
#include "store/store_test_base.h"
#include "store/transfer.h"
#include "support/archive_rows.h"

namespace zerotouch::store {
namespace {

using test::KeptRow;
using testing::ElementsAreArray;

constexpr int64_t kReseller = 1;
constexpr int64_t kCarrier = 2;
constexpr int64_t kZeroTouch = 2;
constexpr int64_t kSimLock = 1;
// The archive version of the first schema with statements: older schemas than today's lack
// what was added to it.
constexpr uint32_t kOldestArchive = 3;

std::string ImeiOfOld(int64_t number) {
  const std::string digits = fmt::format("35{:012}", number);
  return digits + LuhnDigit(digits);
}

// A device of the old schema.
struct OldClaim {
  int64_t section;
  bool held;
  int64_t reseller;
};
struct OldDevice {
  int64_t id;
  std::vector<OldClaim> claims;
  int64_t stated_by;  // after the migration; 0: nobody
};

const std::vector<OldDevice>& OldDevices() {
  static const auto& devices = *new std::vector<OldDevice>{
      {1, {{kZeroTouch, true, kReseller}, {kSimLock, true, kCarrier}}, kReseller},
      {2, {{kZeroTouch, false, kReseller}, {kSimLock, true, kCarrier}}, kCarrier},
      {3, {{kZeroTouch, false, kReseller}}, kReseller},
      {4, {{kSimLock, true, kCarrier}}, kCarrier},
      {5, {{kZeroTouch, false, kReseller}, {kSimLock, false, kCarrier}}, kReseller},
      {6, {{kZeroTouch, true, kCarrier}, {kSimLock, false, kReseller}}, kCarrier},
      {7, {}, 0},
  };
  return devices;
}

api::DeviceIdentifier IdentifierOf(int64_t device) {
  api::DeviceIdentifier identifier;
  identifier.set_imei(ImeiOfOld(device));
  identifier.set_serial_number(fmt::format("S{}", device));
  identifier.set_manufacturer("Big  Maker");
  identifier.set_model(
      "Model\xc2\xa0"
      "1");
  return identifier;
}
// The key of the serial set, as older programs made it.
std::string OldKeyOf(int64_t device) {
  return fmt::format(
      "android\x1fs{}\x1f"
      "big  maker\x1fmodel\xc2\xa0"
      "1",
      device);
}

// Returns the rows of the old tables, as an archive of version 2 has them.
std::vector<KeptRow> OldRows() {
  std::vector<KeptRow> rows;
  for (const int64_t partner : {kReseller, kCarrier}) {
    rows.push_back({"partners", {partner, "Partner", int64_t{0}, int64_t{0}}});
  }
  rows.push_back(
      {"customers", {int64_t{11}, "Customer", "", "", "", int64_t{2}, int64_t{0}, int64_t{0}}});
  for (const int64_t partner : {kReseller, kCarrier}) {
    rows.push_back({"partner_customers", {partner, int64_t{0}, int64_t{11}}});
  }
  api::DeviceMetadata metadata;
  (*metadata.mutable_entries())["ordernumber"] = "A-1";
  for (const OldDevice& each : OldDevices()) {
    rows.push_back(
        {"devices",
         {each.id, IdentifierOf(each.id).SerializeAsString(), metadata.SerializeAsString()}});
  }
  for (const OldDevice& each : OldDevices()) {
    std::vector<OldClaim> claims = each.claims;
    std::sort(claims.begin(), claims.end(),
              [](const OldClaim& a, const OldClaim& b) { return a.section < b.section; });
    for (const OldClaim& claim : claims) {
      rows.push_back({"claims",
                      {each.id, claim.section, int64_t{claim.held ? 1 : 0}, claim.reseller,
                       int64_t{claim.held ? 11 : 0}, int64_t{0},
                       int64_t{claim.held && claim.section == kSimLock ? 7 : 0}, "",
                       std::monostate(), std::monostate()}});
    }
  }
  for (const OldDevice& each : OldDevices()) {
    rows.push_back({"modems", {ModemKeyOfImei(ImeiOfOld(each.id)), each.id}});
  }
  for (const OldDevice& each : OldDevices()) {
    rows.push_back({"serials", {OldKeyOf(each.id), each.id, fmt::format("S{}", each.id)}});
  }
  return rows;
}

class OldRegistriesTest : public StoreTest {
 protected:
  void SetUp() override { log::SetLevel(log::Level::kError); }
  void TearDown() override { log::SetLevel(log::Level::kInfo); }

  bool is_sqlite() const { return !GetParam().replicas; }
  size_t SchemaCount() const {
    return is_sqlite() ? sqlite::Migrations().size() : postgres::Migrations().size();
  }
  // The last schema that has the old tables.
  size_t LastOldSchema() const {
    return is_sqlite() ? sqlite::kMoveRetired : postgres::kMoveRetired;
  }
  // Makes a database of the kind, with the rows in the schema of that version.
  std::string MakeOld(size_t version, const std::vector<KeptRow>& rows = OldRows()) {
    const std::string dir = dir_ / fmt::format("{}", version);
    std::filesystem::create_directory(dir);
    const std::string url = GetParam().url(dir);
    if (is_sqlite()) {
      MakeOldFile(dir + "/registry.db", version, rows);
    } else {
      const auto db = postgres::Session::Open(url).value();
      EXPECT_TRUE(postgres::PrepareSchema(*db, postgres::Migrations().subspan(0, version)).ok());
      for (const KeptRow& row : rows) {
        const absl::Status status = db->RunScript(InsertOf(row).c_str());
        EXPECT_TRUE(status.ok()) << status;
      }
    }
    return url;
  }

  void MakeOldFile(const std::string& path, size_t version, const std::vector<KeptRow>& rows) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    std::string script = "BEGIN; PRAGMA application_id = 1515475527;";
    for (const char* migration : sqlite::Migrations().subspan(0, version)) script += migration;
    script += fmt::format("PRAGMA user_version = {};", version);
    for (const KeptRow& row : rows) script += InsertOf(row);
    script += "INSERT INTO meta VALUES ('secret', x'01'); COMMIT";
    EXPECT_EQ(sqlite3_exec(db, script.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
  }

  // Returns an INSERT of the row in the store's dialect.
  std::string InsertOf(const KeptRow& row) const {
    const archive::Table& table = *test::KeptRows::TableOf(row.table);
    std::string columns, values;
    for (size_t i = 0; i < row.values.size(); ++i) {
      if (table.columns[i].since > kOldestArchive) continue;
      columns += fmt::format("{}{}", i == 0 ? "" : ", ", table.columns[i].name);
      values += fmt::format("{}{}", i == 0 ? "" : ", ", ValueOf(table, i, row));
    }
    return fmt::format("INSERT INTO {} ({}) VALUES ({});", row.table, columns, values);
  }
  std::string ValueOf(const archive::Table& table, size_t i, const KeptRow& row) const {
    const archive::Column& column = table.columns[i];
    if (const auto* number = std::get_if<int64_t>(&row.values[i])) {
      if (is_sqlite()) return std::to_string(*number);
      if (column.type == archive::ColumnType::kFlag) return *number != 0 ? "true" : "false";
      const std::string_view name = column.name;
      const bool is_optional =
          row.table == "claims" &&
          (name == "owner" || name == "configuration" || name == "simlock_profile");
      return *number == 0 && is_optional ? "NULL" : std::to_string(*number);
    }
    const auto* text = std::get_if<std::string>(&row.values[i]);
    if (text == nullptr) return "NULL";
    if (column.type == archive::ColumnType::kText) return fmt::format("'{}'", *text);
    std::string hex;
    for (const char c : *text) hex += fmt::format("{:02x}", static_cast<uint8_t>(c));
    return is_sqlite() ? fmt::format("x'{}'", hex) : fmt::format("'\\x{}'", hex);
  }

  // Opens the registry and expects what the migration decides.
  void ExpectMigrated(const std::string& url) {
    auto opened = Open(url, clock_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    const auto snapshot = Read();
    for (const OldDevice& each : OldDevices()) {
      SCOPED_TRACE(each.id);
      const DeviceState device = snapshot->ReadDevice(DeviceId(each.id)).value();
      const Identity keys = KeysOf(IdentifierOf(each.id));
      const Identity* const sought[] = {&keys};
      const KeyMatches key_matches = snapshot->Locate(sought).value()[0];
      if (each.stated_by == 0) {
        EXPECT_TRUE(device.statements.empty());
        EXPECT_TRUE(key_matches.empty());
        continue;
      }
      ASSERT_EQ(device.statements.size(), 1u);
      EXPECT_EQ(device.statements[0].reseller, PartnerId(each.stated_by));
      const Statement& statement = *device.statements[0].value;
      EXPECT_EQ(statement.identifier.SerializeAsString(),
                IdentifierOf(each.id).SerializeAsString());
      EXPECT_EQ(statement.metadata.entries().at("ordernumber"), "A-1");
      EXPECT_THAT(key_matches, testing::UnorderedElementsAre(
                                   KeyMatch{0, DeviceId(each.id), PartnerId(each.stated_by)},
                                   KeyMatch{1, DeviceId(each.id), PartnerId(each.stated_by)}))
          << "by IMEI, and by a serial set with single spaces";
    }
  }

  static std::vector<KeptRow> RowsOf(const std::string& url) {
    test::RowKeeper keeper;
    EXPECT_TRUE(Export(url, keeper).ok());
    std::erase_if(keeper.rows, [](const KeptRow& row) { return row.table == "meta"; });
    std::sort(keeper.rows.begin(), keeper.rows.end());
    return keeper.rows;
  }
  absl::Status ImportOld(const std::string& url) {
    std::vector<KeptRow> rows = OldRows();
    // As the reader of archives does: newer columns are null.
    for (KeptRow& row : rows) {
      row.values.resize(test::KeptRows::TableOf(row.table)->columns.size());
    }
    test::KeptRows source(rows);
    return Import(url, source);
  }
};

TEST_P(OldRegistriesTest, EverySchema_IsMigrated_WithItsRows) {
  std::vector<KeptRow> first;
  for (size_t version = is_sqlite() ? 2 : 1; version <= LastOldSchema(); ++version) {
    SCOPED_TRACE(fmt::format("schema {}", version));
    const std::string url = MakeOld(version);
    ExpectMigrated(url);
    store_.reset();
    const std::vector<KeptRow> rows = RowsOf(url);
    if (first.empty()) first = rows;
    EXPECT_THAT(rows, ElementsAreArray(first));
  }
}

TEST_P(OldRegistriesTest, SchemasWithStatements_KeepTheirRows) {
  const std::string first = MakeOld(LastOldSchema());
  ExpectMigrated(first);
  store_.reset();
  const std::vector<KeptRow> rows = RowsOf(first);
  std::vector<KeptRow> in_order = rows;  // rows that others refer to come first
  std::erase_if(in_order, [](const KeptRow& row) {
    return test::KeptRows::TableOf(row.table)->index() >= archive::TableCount(kOldestArchive);
  });
  std::ranges::stable_sort(
      in_order, {}, [](const KeptRow& row) { return test::KeptRows::TableOf(row.table)->index(); });
  for (size_t version = LastOldSchema() + 1; version < SchemaCount(); ++version) {
    SCOPED_TRACE(fmt::format("schema {}", version));
    const std::string url = MakeOld(version, in_order);
    ExpectMigrated(url);
    store_.reset();
    EXPECT_THAT(RowsOf(url), ElementsAreArray(rows));
  }
}

TEST_P(OldRegistriesTest, OldArchive_IsImported_AsItsRegistryIsMigrated) {
  const std::string migrated = MakeOld(LastOldSchema());
  ExpectMigrated(migrated);
  store_.reset();
  const std::vector<KeptRow> expected = RowsOf(migrated);
  for (const Kind& kind : AllKinds()) {
    SCOPED_TRACE(kind.name);
    const test::TempDir dir;
    const std::string url = kind.url(dir.path());
    const absl::Status status = ImportOld(url);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_THAT(RowsOf(url), ElementsAreArray(expected));
    EXPECT_TRUE(absl::IsFailedPrecondition(ImportOld(url))) << "it is not empty any more";
    ExpectMigrated(url);
    store_.reset();
  }
}

// A reseller whose claim has no statement of its own finds its device by the other's.
TEST_P(OldRegistriesTest, HolderWithoutAStatement_CanClaimAndUnclaimAsBefore) {
  ExpectMigrated(MakeOld(LastOldSchema()));
  const RegistryRules rules;
  batch::Engine engine(*store_, rules, clock_, {});
  api::PartnerUnclaim unclaim;
  *unclaim.mutable_device_identifier() = IdentifierOf(1);
  unclaim.set_section_type(api::SECTION_TYPE_SIM_LOCK);
  const ItemResult result = engine.UnclaimOne(PartnerId(kCarrier), unclaim).value();
  EXPECT_EQ(result, (ItemResult{.outcome = Outcome::kSuccess, .device = DeviceId(1)}));

  api::PartnerClaim claim;
  claim.mutable_device_identifier()->set_imei(ImeiOfOld(1));
  claim.set_section_type(api::SECTION_TYPE_SIM_LOCK);
  claim.set_customer_id(11);
  claim.set_simlock_profile_id(7);
  EXPECT_EQ(engine.ClaimOne(PartnerId(kCarrier), claim).value(), result);
  const DeviceState device = Read()->ReadDevice(DeviceId(1)).value();
  EXPECT_EQ(device.StatementOf(PartnerId(kCarrier))->identifier.ShortDebugString(),
            claim.device_identifier().ShortDebugString())
      << "from now on it has its own";
  EXPECT_EQ(device.StatementOf(PartnerId(kReseller))->identifier.serial_number(), "S1");
}

INSTANTIATE_TEST_SUITE_P(Kinds, OldRegistriesTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
