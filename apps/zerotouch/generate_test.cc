// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/generate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <variant>

#include "devices_csv/device_file.h"
#include "model/identity.h"

namespace zerotouch::cli {

namespace api = csv::api;

namespace {

std::string Generate(const GenerateOptions& options, int64_t* wrong = nullptr) {
  std::string text;
  const int64_t count = GenerateCsv(options, [&](const std::string& piece) { text += piece; });
  if (wrong != nullptr) *wrong = count;
  return text;
}

struct Rows {
  std::vector<api::PartnerClaim> claims;
  explicit Rows(const std::string& text) {
    csv::DeviceFile file = csv::DeviceFile::Open(text).value();
    csv::CsvRecord row;
    while (file.Next(row)) claims.push_back(file.columns().ClaimOf(row, {}).value());
  }
};

bool IsWrong(const api::PartnerClaim& claim) {
  api::DeviceIdentifier identifier = claim.device_identifier();
  return claim.customer_id() == 1 ||
         std::holds_alternative<Outcome>(ParseAndCanonicalize(identifier, IdentityRules()));
}

TEST(GenerateTest, SameSeed_SameFile) {
  GenerateOptions options{.count = 500, .owners = {7}};
  const std::string first = Generate(options);
  EXPECT_EQ(Generate(options), first);
  options.seed = 2;
  EXPECT_NE(Generate(options), first);
}

TEST(GenerateTest, Rows_AreValidAndUnique_ButForThoseAskedFor) {
  int64_t wrong = 0;
  const Rows rows(Generate({.count = 20'000, .owners = {7, 8}, .seed = 3}, &wrong));
  ASSERT_EQ(rows.claims.size(), 20'000u);
  EXPECT_EQ(wrong, 200);
  EXPECT_EQ(std::count_if(rows.claims.begin(), rows.claims.end(), IsWrong), 200);
  std::set<std::string> seen;
  int dual = 0, meid_hex = 0, meid_decimal = 0, serial = 0;
  for (const api::PartnerClaim& claim : rows.claims) {
    const api::DeviceIdentifier& identifier = claim.device_identifier();
    for (const std::string& id :
         {identifier.imei(), identifier.imei2(), identifier.meid(), identifier.serial_number()}) {
      EXPECT_TRUE(id.empty() || seen.insert(id).second) << id << " is there twice";
    }
    dual += !identifier.imei2().empty();
    meid_hex += identifier.meid().size() == 14;
    meid_decimal += identifier.meid().size() == 18;
    serial += !identifier.serial_number().empty();
  }
  for (const int kind : {dual, meid_hex, meid_decimal, serial}) EXPECT_GT(kind, 400);
}

TEST(GenerateTest, WrongRows_AreExactlyAsManyAsAskedFor) {
  for (const auto& [count, percent, expected] :
       std::initializer_list<std::tuple<int64_t, double, int64_t>>{
           {10, 1, 0}, {100, 1, 1}, {199, 1, 1}, {50, 0, 0}, {50, 100, 50}, {1000, 0.5, 5}}) {
    int64_t wrong = 0;
    const Rows rows(Generate({.count = count, .owners = {7}, .wrong_percent = percent}, &wrong));
    EXPECT_EQ(wrong, expected);
    EXPECT_EQ(std::count_if(rows.claims.begin(), rows.claims.end(), IsWrong), expected);
  }
}

}  // namespace
}  // namespace zerotouch::cli
