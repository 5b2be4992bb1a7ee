// SPDX-License-Identifier: Apache-2.0
// Checks that the lists read an index in order: none of their statements scans a
// table or sorts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>

#include "store/sqlite/database.h"
#include "store/sqlite/statements.h"
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
    db_ = Database::Open(path, Access::kRead).value();
  }

  // Returns SQLite's query plan, one step a line (sqlite.org/eqp.html).
  std::string PlanOf(const char* sql) {
    statements_.push_back(std::string("EXPLAIN QUERY PLAN ") + sql);
    Cursor row = db_->Use(statements_.back().c_str());
    std::string plan;
    while (row.Row()) plan += std::string(row.TextAt(3)) + "\n";
    EXPECT_TRUE(row.status().ok()) << row.status();
    return plan;
  }

  test::TempDir dir_;
  std::deque<std::string> statements_;  // the database identifies each by its address
  std::unique_ptr<Database> db_;
};

TEST_F(SqlitePlans, ListsByOwner_ReadOneCoveringIndexInOrder) {
  const auto in_order = [](const char* index) {
    return AllOf(HasSubstr(std::string("SEARCH c USING COVERING INDEX ") + index),
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

TEST_F(SqlitePlans, DueDeliveries_AreLookedUpByWebhook) {
  const std::string plan = PlanOf(kDueDeliveries);
  EXPECT_THAT(plan, HasSubstr("deliveries_pending (webhook>?)"));
  EXPECT_THAT(plan, HasSubstr("deliveries_pending (webhook=? AND in_order=?)"));
  EXPECT_THAT(plan, HasSubstr("deliveries_late (webhook=?)"));
  EXPECT_THAT(plan, AllOf(Not(HasSubstr("SCAN d")), Not(HasSubstr("SCAN w"))));
  EXPECT_THAT(PlanOf(kDeliveriesOfWebhook),
              AllOf(HasSubstr("deliveries_of_webhook (webhook=? AND number<?)"),
                    Not(HasSubstr("TEMP B-TREE"))));
  EXPECT_THAT(PlanOf(kWebhooksOfCompany),
              HasSubstr("webhooks_of_company (partner=? AND customer=? AND id>?)"));
}

TEST_F(SqlitePlans, ConfigurationInUse_IsLookedUp) {
  EXPECT_THAT(PlanOf(kConfigurationInUse),
              HasSubstr("USING COVERING INDEX claims_by_configuration (configuration=?)"));
}

}  // namespace
}  // namespace zerotouch::store::sqlite
