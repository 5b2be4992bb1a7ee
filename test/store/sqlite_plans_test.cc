// That the lists read an index in order: no statement of theirs walks through a
// table, or sorts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "store/sqlite/configurations.h"
#include "store/sqlite/operations.h"
#include "store/sqlite/owned_devices.h"
#include "store/store.h"
#include "support/temp_dir.h"

namespace zerotouch::store::sqlite {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class SqlitePlans : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = dir_ / "registry.db";
    ASSERT_TRUE(Open("sqlite://" + path, Clock::System()).ok());
    ASSERT_EQ(sqlite3_open(path.c_str(), &db_), SQLITE_OK);
  }
  void TearDown() override { sqlite3_close(db_); }

  // The steps of SQLite's plan, a line each (sqlite.org/eqp.html).
  std::string PlanOf(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(
        sqlite3_prepare_v2(db_, ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &statement, nullptr),
        SQLITE_OK)
        << sqlite3_errmsg(db_);
    std::string plan;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      plan += reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
      plan += '\n';
    }
    sqlite3_finalize(statement);
    return plan;
  }

  test::TempDir dir_;
  sqlite3* db_ = nullptr;
};

TEST_F(SqlitePlans, ListsByOwner_ReadOneCoveringIndexInOrder) {
  const auto in_order = [](const char* index) {
    return AllOf(HasSubstr(std::string("SEARCH claims USING COVERING INDEX ") + index),
                 Not(HasSubstr("SCAN")), Not(HasSubstr("TEMP B-TREE")));
  };
  EXPECT_THAT(PlanOf(kDevicesOfCustomer), in_order("claims_by_owner (owner=? AND device>?)"));
  EXPECT_THAT(PlanOf(kAllDevicesOfCustomer), in_order("claims_by_owner (owner=? AND device>?)"));
  EXPECT_THAT(PlanOf(kCountOfCustomer), in_order("claims_by_owner (owner=?"));
  EXPECT_THAT(PlanOf(kDevicesOfWorkspace),
              in_order("claims_by_workspace (workspace=? AND device>?)"));
  EXPECT_THAT(PlanOf(kCountOfWorkspace), in_order("claims_by_workspace (workspace=?"));
}

TEST_F(SqlitePlans, ListsOfOperations_ReadAnIndexInOrder) {
  const auto in_order = [](const char* index) {
    return AllOf(HasSubstr(std::string("SEARCH o USING INDEX ") + index), Not(HasSubstr("SCAN")),
                 Not(HasSubstr("TEMP B-TREE")));
  };
  EXPECT_THAT(PlanOf(kOperationsOfPartner),
              in_order("operations_by_partner (partner=? AND number>?)"));
  EXPECT_THAT(PlanOf(kFinishedOfPartner),
              in_order("operations_by_partner (partner=? AND number>?)"));
  EXPECT_THAT(PlanOf(kUnfinishedOfPartner), in_order("operations_"));
}

TEST_F(SqlitePlans, ConfigurationInUse_IsLookedUp) {
  EXPECT_THAT(PlanOf(kConfigurationInUse),
              HasSubstr("USING COVERING INDEX claims_by_configuration (configuration=?)"));
}

}  // namespace
}  // namespace zerotouch::store::sqlite
