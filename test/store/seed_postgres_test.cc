// SPDX-License-Identifier: Apache-2.0
// One transaction that claims many devices on PostgreSQL, as that of a seed does.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <vector>

#include "batch/claim.h"
#include "model/identity.h"
#include "store/store.h"
#include "support/postgres_cluster.h"

namespace zerotouch::store {
namespace {

class SeedPostgresTest : public testing::Test {
 protected:
  static constexpr PartnerId kReseller{100000001};
  static constexpr CustomerId kOwner{100000021};
  static constexpr int kAtOnce = 1'000;

  // Claims kAtOnce devices, from number `begin` on.
  static absl::Status Claim(Transaction& tx, int begin) {
    std::vector<api::PartnerClaim> claims(kAtOnce);
    std::vector<const api::PartnerClaim*> items;
    for (int i = 0; i < kAtOnce; ++i) {
      const std::string digits = fmt::format("35{:012}", begin + i);
      claims[i].mutable_device_identifier()->set_imei(digits + LuhnDigit(digits));
      claims[i].set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
      claims[i].set_customer_id(kOwner.value());
      items.push_back(&claims[i]);
    }
    return batch::RunClaims(tx, kReseller, items, RegistryRules()).status();
  }

  test::PostgresCluster& cluster_ = test::PostgresCluster::Shared();
  const std::string url_ = cluster_.CreateDatabase();
};

// Otherwise plans that were made for empty tables read the whole of them for each chunk.
TEST_F(SeedPostgresTest, TellsThePlannerOfTheRows_BeforeTheCommit) {
  auto store = Open(url_, Clock::System());
  ASSERT_TRUE(store.ok()) << store.status();
  const absl::Status status = (*store)->Write([](Transaction& tx) {
    const absl::Time now = absl::Now();
    absl::Status done = tx.AddPartner({.id = kReseller, .name = "Reseller", .created = now});
    if (done.ok()) {
      done = tx.AddCustomer({.id = kOwner,
                             .name = "Customer",
                             .owner_emails = {"owner@example.com"},
                             .admin_emails = {},
                             .language_code = "",
                             .default_configuration = {},
                             .created = now},
                            kReseller, VendorId());
    }
    for (int begin = 0; done.ok() && begin < 11'000; begin += kAtOnce) done = Claim(tx, begin);
    return done;
  });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(cluster_.Run("SELECT count(*) FROM pg_class WHERE reltuples >= 9000 AND relname IN "
                         "('claims', 'statements', 'modem_keys')",
                         test::PostgresCluster::DatabaseOf(url_)),
            "3");
}

}  // namespace
}  // namespace zerotouch::store
