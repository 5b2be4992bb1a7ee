// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/seed_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/status_text.h"
#include "support/temp_dir.h"

namespace zerotouch::daemon {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class SeedFileTest : public testing::Test {
 protected:
  std::string WriteSeedFile(const std::string& name, std::string_view text) {
    const std::string path = dir_.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  absl::StatusOr<PreparedSeed> Prepare(std::string_view text) {
    return PrepareSeed(WriteSeedFile("seed.json", text), RegistryRules());
  }
  std::string FaultsOf(std::string_view text) {
    const absl::StatusOr<PreparedSeed> prepared = Prepare(text);
    EXPECT_TRUE(absl::IsInvalidArgument(prepared.status())) << prepared.status();
    return std::string(MessageOf(prepared.status()));
  }

  test::TempDir dir_;
};

TEST_F(SeedFileTest, WithoutAFile_TwoResellersAreMade) {
  const absl::StatusOr<PreparedSeed> prepared = PrepareSeed("", RegistryRules());
  ASSERT_TRUE(prepared.ok());
  ASSERT_EQ(prepared->seed.resellers_size(), 2);
  EXPECT_EQ(prepared->seed.resellers(1).customers(1).company_name(), "Sandbox Customer 4");
  EXPECT_GT(prepared->seed.resellers(1).partner_id(), 0);
  EXPECT_EQ(prepared->seed.dpcs_size(), 2);
}

TEST_F(SeedFileTest, EveryFault_IsNamedByItsPath) {
  const std::string faults = FaultsOf(R"({
    "resellers": [
      {"partnerId": "5", "name": "One", "customers": [
        {"customerId": 7, "ownerEmails": ["nobody"], "defaultConfiguration": "None",
         "configurations": [{"configurationName": "A", "dpcResourcePath": "dpcs/missing",
                             "contactEmail": "x", "contactPhone": "1"}]}]},
      {"partnerId": "5", "name": "Two", "vendors": [{"vendorId": -1}]}],
    "dpcs": [{"dpcId": "a/b", "packageName": "p", "signatureChecksum": "short"}],
    "devices": [{"customerId": "8", "deviceIdentifier": {"imei": "490154203237518"}}],
    "devicesCsv": ["missing.csv"],
    "accounts": [{"email": "a@example.com"}, {"email": "a@example.com", "partnerId": "9"}],
    "faults": [{"method": "partners.devices.claim", "delay": "1s"},
               {"method": "nothing", "skip": -1, "error": {"status": "BAD"}},
               {"method": "openzerotouch.v1.HistoryService/ListPartnerDeviceHistory"}]})");
  for (const char* path :
       {"resellers[0].customers[0].ownerEmails[0]: ",
        "resellers[0].customers[0].defaultConfiguration: ",
        "resellers[0].customers[0].configurations[0].dpcResourcePath: ",
        "resellers[0].customers[0].configurations[0].contactEmail: ", "resellers[1].partnerId: ",
        "resellers[1].vendors[0].vendorId: ", "dpcs[0].dpcId: ", "dpcs[0].signatureChecksum: ",
        "devices[0].customerId: ", "devicesCsv[0]: ", "accounts[0]: ", "accounts[1].email: ",
        "accounts[1].partnerId: ", "faults[1].method: ", "faults[1].skip: ",
        "faults[1].error.status: ", "faults[2]: "}) {
    EXPECT_THAT(faults, HasSubstr(path));
  }
  EXPECT_THAT(faults, Not(HasSubstr("faults[0]")));
  EXPECT_THAT(faults, Not(HasSubstr("faults[2].method"))) << "methods of our own have names too";
}

TEST_F(SeedFileTest, FaultsOfJson_AreNamed) {
  EXPECT_THAT(FaultsOf(R"({"resellers": [{"nmae": "x", "partnerId": "y"}]})"),
              AllOf(HasSubstr("nmae"), HasSubstr("resellers[0].partnerId")));
  EXPECT_THAT(FaultsOf("{"), HasSubstr("nothing was made"));
  EXPECT_THAT(FaultsOf("{\"resellers\":[\n {\"name\":\"x\"},\n {\"name\":\"y\",}\n]}"),
              HasSubstr("\nline 3: Invalid JSON"));
  EXPECT_THAT(FaultsOf("\xEF\xBB\xBF{}"), HasSubstr("resellers: give at least one"));
  EXPECT_THAT(FaultsOf("{}"), HasSubstr("resellers: give at least one"));
}

TEST_F(SeedFileTest, FaultsOfEveryKind_AreReportedTogether) {
  WriteSeedFile("devices.csv", "modemtype,modemid,owner\nIMEI,490154203237519,7\n");
  const std::string faults = FaultsOf(R"({
    "resellers": [{"nmae": "x", "partnerId": "5", "customers": [
      {"customerId": "7", "ownerEmails": ["nobody"]}, {"customerId": "7"}]}, {"partnerId": "y"}],
    "dpcs": "none",
    "accounts": [{"email": 5, "partnerId": "5"}],
    "devices": [{"partnerId": "5", "deviceIdentifier": {"imei": "490154203237518"}},
                {"partnerId": "5", "customerId": "7", "deviceIdentifier": {"imei": "1"}},
                {"customerId": "7", "deviceIdentifier": {"imei": "490154203237526"},
                 "configuration": "none"},
                {"customerId": "7", "deviceIdentifer": {"imei": "490154203237518"}},
                {"customerId": "7", "deviceIdentifier": {"imei": "490154203237518"}}],
    "devicesCsv": ["devices.csv"],
    "faults": [{"method": "nope", "delay": "1x"}]})");
  for (const char* fault :
       {"resellers[0]: Invalid JSON payload received. Unknown name \"nmae\"",
        "resellers[0].customers[0].ownerEmails[0]: ", "resellers[0].customers[1].customerId: ",
        "resellers[1].partnerId: ", "dpcs[0]: ", "accounts[0].email: Invalid value",
        "devices[0].customerId: ", "devices[1]: ", "devices[2].configuration: ",
        "devices[3]: Invalid JSON payload received. Unknown name",
        "devicesCsv[0] line 2: ", "faults[0].delay: ", "faults[0].method: "}) {
    EXPECT_THAT(faults, HasSubstr(fault));
  }
  EXPECT_THAT(faults, Not(HasSubstr("devices[4]")));
  EXPECT_THAT(faults, Not(HasSubstr("dpcs[0].")));
  EXPECT_EQ(faults.find("devices[3]: "), faults.rfind("devices[3]: ")) << faults;
  EXPECT_EQ(faults.find("accounts[0].email: "), faults.rfind("accounts[0].email: ")) << faults;
}

TEST_F(SeedFileTest, DevicesThatCannotBeClaimed_AreFaults) {
  const std::string faults = FaultsOf(R"({
    "resellers": [{"customers": [{}]}, {"partnerId": "5", "customers": [{}]}],
    "devices": [
      {"partnerId": "5", "deviceIdentifier": {"imei": "490154203237518"}},
      {"partnerId": "5", "deviceIdentifier": {"imei": "490154203237519"}},
      {"partnerId": "5", "deviceIdentifier": {"imei": "490154203237518"},
       "sectionType": "SECTION_TYPE_SIM_LOCK"},
      {"partnerId": "5"},
      {"partnerId": "5", "deviceIdentifier": {"imei": "490154203237526"},
       "metadata": {"nokey": "x"}}]})");
  EXPECT_THAT(faults, Not(HasSubstr("devices[0]")));
  for (const char* path : {"devices[1]: ", "devices[2]: ", "devices[3]: ", "devices[4]: "}) {
    EXPECT_THAT(faults, HasSubstr(path));
  }
}

TEST_F(SeedFileTest, Metadata_IsReadInBothForms) {
  const absl::StatusOr<PreparedSeed> prepared = Prepare(R"({
    "resellers": [{"customers": [{"configurations": [
      {"configurationName": "A", "dpcResourcePath": "sandboxdpc", "contactEmail": "a@example.com",
       "contactPhone": "1"}]}]}],
    "devices": [
      {"deviceIdentifier": {"imei": "490154203237518"}, "configuration": "A",
       "metadata": {"entries": {"ordernumber": "{}}"}}},
      {"metadata": {"ordernumber": "two"}, "deviceIdentifier": {"imei": "490154203237526"}}]})");
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  ASSERT_EQ(prepared->claims.size(), 2u);
  EXPECT_EQ(prepared->claims[0].claim.device_metadata().entries().at("ordernumber"), "{}}");
  EXPECT_EQ(prepared->claims[1].claim.device_metadata().entries().at("ordernumber"), "two");
  EXPECT_GT(prepared->claims[0].claim.configuration_id(), 0);
  EXPECT_GT(prepared->claims[0].claim.customer_id(), 0);
}

TEST_F(SeedFileTest, CsvFiles_AreReadBesideTheSeed) {
  WriteSeedFile("devices.csv",
                "modemtype,modemid,owner\nIMEI,490154203237518,7\nIMEI,490154203237518,8\n");
  const std::string faults = FaultsOf(R"({
    "resellers": [{"customers": [{"customerId": "7"}]}], "devicesCsv": ["devices.csv"]})");
  EXPECT_THAT(faults,
              AllOf(HasSubstr("devicesCsv[0] line 3.customerId"), Not(HasSubstr("line 2"))));

  WriteSeedFile("plain.csv", "modemtype,modemid\nIMEI,490154203237518\n");
  const absl::StatusOr<PreparedSeed> plain = Prepare(R"({
    "resellers": [{"customers": [{"customerId": "7"}]}], "devicesCsv": ["plain.csv"]})");
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->claims[0].claim.customer_id(), 7);
}

}  // namespace
}  // namespace zerotouch::daemon
