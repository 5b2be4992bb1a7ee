// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_ENGINE_TEST_BASE_H_
#define ZEROTOUCH_BATCH_ENGINE_TEST_BASE_H_

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "batch/engine.h"
#include "store/store.h"
#include "support/temp_dir.h"

namespace zerotouch::batch {

inline std::string ImeiOf(int64_t number) {
  const std::string digits = fmt::format("35{:012}", number);
  return digits + LuhnDigit(digits);
}

// An engine on a SQLite registry with two resellers that have a customer each.
class EngineTest : public testing::Test {
 protected:
  void SetUp() override {
    log::SetLevel(log::Level::kOff);
    store_ = store::Open("sqlite://" + dir_ / "registry.db", Clock::System()).value();
    ASSERT_TRUE(store_
                    ->Write([&](store::Transaction& tx) {
                      for (const auto& [partner, customer] :
                           {std::pair(kPartner, kCustomer), std::pair(kOther, kOtherCustomer)}) {
                        absl::Status status =
                            tx.AddPartner({.id = partner, .name = "R", .created = absl::Now()});
                        if (status.ok()) {
                          status = tx.AddCustomer(
                              {.id = customer, .name = "C", .created = absl::Now()}, partner, {});
                        }
                        if (!status.ok()) return status;
                      }
                      return absl::OkStatus();
                    })
                    .ok());
  }
  void TearDown() override { log::SetLevel(log::Level::kInfo); }

  api::PartnerClaim ClaimOf(const std::string& imei, const std::string& imei2 = "") {
    api::PartnerClaim claim;
    claim.mutable_device_identifier()->set_imei(imei);
    claim.mutable_device_identifier()->set_imei2(imei2);
    claim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
    claim.set_customer_id(kCustomer.value());
    return claim;
  }
  static std::vector<std::string> Imeis(int count) {
    std::vector<std::string> imeis;
    imeis.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) imeis.push_back(ImeiOf(i));
    return imeis;
  }
  std::vector<api::PartnerClaim> ClaimsOf(const std::vector<std::string>& imeis) {
    std::vector<api::PartnerClaim> claims;
    claims.reserve(imeis.size());
    for (const std::string& imei : imeis) claims.push_back(ClaimOf(imei));
    return claims;
  }
  api::PartnerUnclaim UnclaimOf(const std::string& imei) {
    api::PartnerUnclaim unclaim;
    unclaim.mutable_device_identifier()->set_imei(imei);
    unclaim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
    return unclaim;
  }

  // Waits until the operation is done. Returns its results in request order.
  std::vector<ItemResult> Results(const absl::StatusOr<store::OperationHead>& accepted) {
    EXPECT_TRUE(accepted.ok()) << accepted.status();
    std::vector<ItemResult> results(static_cast<size_t>(accepted->items));
    while (!store_->Read().value()->FindOperation(accepted->id).value()->finished.has_value()) {
      std::this_thread::yield();
    }
    std::vector<bool> seen(results.size());
    const std::vector<store::IndexedResult> stored =
        store_->Read().value()->ReadResults(accepted->id).value();
    for (const store::IndexedResult& result : stored) {
      EXPECT_FALSE(seen[result.index]) << "item " << result.index << " has two results";
      seen[result.index] = true;
      results[result.index] = result.result;
    }
    EXPECT_EQ(std::count(seen.begin(), seen.end(), false), 0);
    return results;
  }

  std::vector<ItemResult> RunClaims(const std::vector<api::PartnerClaim>& claims) {
    api::ClaimDevicesRequest request;
    for (const api::PartnerClaim& claim : claims) *request.add_claims() = claim;
    return Results(engine_->AcceptClaims(kPartner, request.claims()));
  }
  std::vector<ItemResult> RunUnclaims(const std::vector<std::string>& imeis) {
    api::UnclaimDevicesRequest request;
    for (const std::string& imei : imeis) *request.add_unclaims() = UnclaimOf(imei);
    return Results(engine_->AcceptUnclaims(kPartner, request.unclaims()));
  }
  // Changes the database directly, without the store.
  void RunSql(const std::string& sql) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open((dir_ / "registry.db").c_str(), &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 10'000);
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  void StartEngine(const EngineOptions& options = {}) {
    engine_ = std::make_unique<Engine>(*store_, rules_, Clock::System(), options);
    engine_->Start();
  }

  const PartnerId kPartner{1}, kOther{2};
  const CustomerId kCustomer{11}, kOtherCustomer{12};
  test::TempDir dir_;
  RegistryRules rules_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_ENGINE_TEST_BASE_H_
