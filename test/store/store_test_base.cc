// SPDX-License-Identifier: Apache-2.0
#include "store/store_test_base.h"

#include <sqlite3.h>

#include "store/database_url.h"
#include "support/postgres_cluster.h"

namespace zerotouch::store {

std::vector<Kind> AllKinds() {
  return {
      {.name = "Sqlite",
       .url = [](const std::string& dir) { return "sqlite://" + dir + "/registry.db"; }},
      {.name = "Postgres",
       .url = [](const std::string&) { return test::PostgresCluster::Shared().CreateDatabase(); },
       .replicas = true}};
}

std::vector<Kind> KindsWithReplicas() {
  std::vector<Kind> kinds = AllKinds();
  std::erase_if(kinds, [](const Kind& kind) { return !kind.replicas; });
  return kinds;
}

void StoreTest::SetUp() {
  url_ = GetParam().url(dir_.path());
  Reopen();
  Write([&](Transaction& tx) -> absl::Status {
    for (const auto& [partner, customer] :
         {std::pair(kPartner, kCustomer), std::pair(kOtherPartner, kOtherCustomer)}) {
      absl::Status status = tx.AddPartner({.id = partner, .name = "Reseller", .created = kNow});
      if (status.ok()) {
        status = tx.AddCustomer({.id = customer,
                                 .name = "Customer",
                                 .owner_emails = {"owner@example.com"},
                                 .admin_emails = {},
                                 .language_code = "",
                                 .default_configuration = {},
                                 .created = kNow},
                                partner, VendorId());
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  });
}

void StoreTest::RunForeign(const std::string& sql) {
  const std::optional<std::string> path = SqlitePath(url_);
  if (!path.has_value()) {
    test::PostgresCluster::Shared().Run(sql, test::PostgresCluster::DatabaseOf(url_));
    return;
  }
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path->c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(db);
  sqlite3_close(db);
}

void StoreTest::Reopen() {
  store_.reset();
  auto opened = Open(url_, clock_);
  ASSERT_TRUE(opened.ok()) << opened.status();
  store_ = *std::move(opened);
}

void StoreTest::Write(const std::function<absl::Status(Transaction&)>& mutation) {
  const absl::Status status = store_->Write(mutation);
  ASSERT_TRUE(status.ok()) << status;
}

std::unique_ptr<Snapshot> StoreTest::Read() {
  auto snapshot = store_->Read();
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return *std::move(snapshot);
}

void StoreTest::ChangeDevice(DeviceId device, const std::function<void(DeviceState&)>& change) {
  Write([&](Transaction& tx) -> absl::Status {
    const DeviceId ids[] = {device};
    auto states = tx.ReadClaims(ids);
    if (!states.ok()) return states.status();
    change((*states)[0]);
    const DeviceState* const changed[] = {&(*states)[0]};
    return tx.Apply(changed);
  });
}

DeviceId StoreTest::AddDevice(std::vector<ModemKey> modems, PartnerId reseller, CustomerId owner) {
  DeviceState state;
  Write([&](Transaction& tx) {
    state = DeviceState();
    state.id = tx.NextDeviceId();
    state.is_new = true;
    Identity keys;
    keys.modems.assign(modems.begin(), modems.end());
    AddStatement(state, reseller, keys).value->identifier.set_manufacturer("Maker");
    state.zero_touch = Claim{.held = true, .reseller = reseller, .owner = owner};
    state.zero_touch_changed = true;
    const DeviceState* const states[] = {&state};
    return tx.Apply(states);
  });
  return state.id;
}

StatementState& StoreTest::AddStatement(DeviceState& device, PartnerId reseller, Identity keys) {
  StatementState& statement = device.statements.emplace_back();
  statement.reseller = reseller;
  statement.value.emplace();
  statement.is_new = true;
  statement.changed = true;
  statement.added_keys = std::move(keys);
  return statement;
}

}  // namespace zerotouch::store
