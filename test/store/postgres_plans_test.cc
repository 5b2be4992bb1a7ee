// SPDX-License-Identifier: Apache-2.0
// Checks how PostgreSQL reads the registry's large tables while it has no statistics of them,
// as when many devices are added within a minute, or in one transaction from a seed.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/log.h"
#include "batch/claim.h"
#include "store/store.h"
#include "support/postgres_cluster.h"

namespace zerotouch::store::postgres {
namespace {

constexpr PartnerId kSeller{1};
constexpr CustomerId kBuyer{11};
constexpr int kDevices = 100;  // in a chunk
constexpr int kChunks = 50;

std::string ImeiNumbered(int number) {
  const std::string digits = fmt::format("35{:012}", number);
  return digits + LuhnDigit(digits);
}

class PostgresPlans : public testing::Test {
 protected:
  void SetUp() override {
    log::SetLevel(log::Level::kError);
    // Making the indexes scans the tables.
    ASSERT_TRUE(Open(url_, Clock::System()).ok());
    cluster_.Run("SELECT pg_stat_reset()", test::PostgresCluster::DatabaseOf(url_));
    store_ = Open(url_, Clock::System()).value();
    Write([](Transaction& transaction) {
      EXPECT_TRUE(
          transaction.AddPartner({.id = kSeller, .name = "R", .created = absl::Now()}).ok());
      return transaction.AddCustomer({.id = kBuyer, .name = "C", .created = absl::Now()}, kSeller,
                                     VendorId());
    });
  }
  void TearDown() override { log::SetLevel(log::Level::kInfo); }

  void Write(const std::function<absl::Status(Transaction&)>& change) {
    const absl::Status status = store_->Write(change);
    EXPECT_TRUE(status.ok()) << status;
  }
  // Claims devices by IMEI and by serial number.
  absl::Status Claim(Transaction& transaction, int first) {
    std::vector<api::PartnerClaim> claims(kDevices);
    std::vector<const api::PartnerClaim*> items;
    for (int i = 0; i < kDevices; ++i) {
      auto& claim = claims[static_cast<size_t>(i)];
      api::DeviceIdentifier& identifier = *claim.mutable_device_identifier();
      if (i % 2 == 0) identifier.set_imei(ImeiNumbered(first + i));
      if (i % 2 == 1) identifier.set_serial_number(fmt::format("S{}", first + i));
      identifier.set_manufacturer("Google");
      if (i % 2 == 1) identifier.set_model("Pixel");
      claim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
      claim.set_customer_id(kBuyer.value());
      items.push_back(&claim);
    }
    const auto results = batch::RunClaims(transaction, kSeller, items, rules_);
    if (!results.ok()) return results.status();
    for (const ItemResult& result : *results) EXPECT_EQ(result.outcome, Outcome::kSuccess);
    return absl::OkStatus();
  }
  // Returns a figure of the registry's large tables. The store must be closed: a session adds
  // what it did at its end.
  int64_t SumOf(const char* figure) const {
    return std::stoll(
        cluster_.Run(fmt::format("SELECT sum({}) FROM pg_stat_user_tables WHERE relname IN "
                                 "('modem_keys', 'serial_keys', 'statements', 'claims')",
                                 figure),
                     test::PostgresCluster::DatabaseOf(url_)));
  }

  test::PostgresCluster& cluster_ = test::PostgresCluster::Shared();
  const std::string url_ = cluster_.CreateDatabase();
  const RegistryRules rules_{};
  std::unique_ptr<Store> store_;
};

TEST_F(PostgresPlans, WithoutStatistics_RowsAreReadByTheirKeys) {
  // One transaction: nothing can count the tables' rows in between.
  Write([&](Transaction& transaction) {
    absl::Status status;
    for (int chunk = 0; chunk < kChunks && status.ok(); ++chunk) {
      status = Claim(transaction, chunk * kDevices);
    }
    return status;
  });
  Write([&](Transaction& transaction) { return Claim(transaction, 0); });
  store_.reset();
  EXPECT_EQ(SumOf("seq_scan"), 0);
  // A claim of a known device reads a few rows of its keys, its claim and its statement.
  EXPECT_LE(SumOf("idx_tup_fetch"), 20 * kDevices);
  EXPECT_GE(SumOf("idx_tup_fetch"), kDevices);
}

}  // namespace
}  // namespace zerotouch::store::postgres
